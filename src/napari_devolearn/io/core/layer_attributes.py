"""Position and scale of a stack as attributes of a napari layer."""

from __future__ import annotations

from typing import Any

from napari_devolearn.io.core.stack import Stack


def layer_attributes(stack: Stack) -> dict[str, Any]:
    """Scale, translation and units of a layer TZYX: um and minutes if known, otherwise pixels and frames.

    The first frame is at its own number, and a crop at its original position.
    """
    known = stack.voxel_size is not None
    edges = stack.voxel_size or (1.0, 1.0, 1.0)
    minutes = stack.frame_interval or 1.0
    return {
        "name": stack.name,
        "scale": (minutes, *edges),
        "translate": (
            stack.frames[0] * minutes,
            *(place * edge for place, edge in zip(stack.offset, edges, strict=True)),
        ),
        "units": ("min" if stack.frame_interval else "pixel", *(("um" if known else "pixel",) * 3)),
        "axis_labels": ("t", "z", "y", "x"),
        "metadata": {
            "devolearn": {
                "frames": stack.frames,
                "missing": tuple(sorted(stack.missing)),
                "calibration": stack.calibration,
                "frame_interval": stack.frame_interval,
                "source": str(stack.source),
            }
        },
    }
