"""Where a stack lies in the world, as the attributes of a napari layer."""

from __future__ import annotations

from typing import Any

from napari_devolearn.io.core.stack import Stack


def layer_attributes(stack: Stack) -> dict[str, Any]:
    """Place a layer in the world: um and minutes where they are known, else pixels and frames.

    Parameters
    ----------
    stack : Stack

    Returns
    -------
    dict
        Attributes of a layer of axes TZYX; the first frame lies at its own number.
    """
    known = stack.voxel_size is not None
    minutes = stack.frame_interval or 1.0
    return {
        "name": stack.name,
        "scale": (minutes, *(stack.voxel_size or (1.0, 1.0, 1.0))),
        "translate": (stack.frames[0] * minutes, 0.0, 0.0, 0.0),
        "units": ("min" if stack.frame_interval else "pixel", *(("um" if known else "pixel",) * 3)),
        "axis_labels": ("t", "z", "y", "x"),
        "metadata": {
            "devolearn": {
                "frames": stack.frames,
                "calibration": stack.calibration,
                "frame_interval": stack.frame_interval,
                "source": str(stack.source),
            }
        },
    }
