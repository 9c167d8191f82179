"""Metadata to write for an OME-Zarr image: NGFF 0.4 and 0.5, https://ngff.openmicroscopy.org."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from napari_devolearn._types import VoxelSize


def multiscale_attributes(
    name: str,
    levels: Mapping[str, Sequence[int]],
    voxel_size: VoxelSize | None,
    frame_interval: float | None,
    *,
    labels: bool,
    version: str,
    offset: Sequence[float] = (0.0, 0.0, 0.0),
    first_frame: int = 0,
) -> dict[str, Any]:
    """Attributes of the group of an image with axes TZYX.

    Parameters
    ----------
    name : str
    levels : mapping of str to sequence of int
        Path of each array in the group, and its downsampling factors (Z, Y, X).
    voxel_size : tuple of float or None
        (Z, Y, X) in um.
    frame_interval : float or None
        Minutes.
    labels : bool
        The values are labels.
    version : {"0.4", "0.5"}
    offset : sequence of float
        Position of the first voxel, (Z, Y, X) in voxels.
    first_frame : int
        Number of the first frame.
    """
    space = {"type": "space", **({"unit": "micrometer"} if voxel_size else {})}
    time = {"type": "time", **({"unit": "minute"} if frame_interval else {})}
    edges = voxel_size or (1.0, 1.0, 1.0)

    place = [
        first_frame * (frame_interval or 1.0),
        *(edge * steps for edge, steps in zip(edges, offset, strict=True)),
    ]

    def placed(steps: Sequence[int]) -> list[dict[str, Any]]:
        scale = [frame_interval or 1.0, *(edge * step for edge, step in zip(edges, steps, strict=True))]
        translation = [{"type": "translation", "translation": place}] if any(place) else []
        return [{"type": "scale", "scale": scale}, *translation]

    image: dict[str, Any] = {
        "name": name,
        "type": "nearest",  # how the coarser levels were made
        "axes": [{"name": "t", **time}, *({"name": axis, **space} for axis in "zyx")],
        "datasets": [
            {"path": path, "coordinateTransformations": placed(steps)} for path, steps in levels.items()
        ],
    }
    label = {"image-label": {"source": {"image": "../../"}}} if labels else {}
    if version == "0.4":
        return {"multiscales": [{"version": version, **image}], **label}
    return {"ome": {"version": version, "multiscales": [image], **label}}
