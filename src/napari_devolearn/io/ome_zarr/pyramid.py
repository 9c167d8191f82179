"""Write an OME-Zarr image in several resolutions, frame by frame, from any number of processes.

NGFF 0.4 and 0.5, https://ngff.openmicroscopy.org.
"""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.io.ome_zarr.ngff_read import OURS
from napari_devolearn.io.writing.frames import fit
from napari_devolearn.io.writing.output import Layout

Steps = tuple[int, int, int]
Format = Literal[2, 3]
"""Zarr format: 2 for NGFF 0.4, 3 for NGFF 0.5."""

_SMALLEST_VIEW = 256  # pixels: maximum Y and X of the last level
_LARGEST_CHUNK = 2**28  # bytes: a chunk must fit into memory several times


@dataclass(frozen=True)
class ZarrPyramid:
    """A group of arrays (T, Z, Y, X), each coarser than the one before."""

    group: Path

    def write(self, index: int, volume: npt.NDArray[Any]) -> None:
        """Write one frame (Z, Y, X) to all levels, and sync it to disk."""
        for level, (steps, array) in enumerate(_levels(self.group)):
            coarse = volume[tuple(slice(None, None, step) for step in steps)]
            array[index] = fit(coarse, array.dtype, self.group)
            _confirm(self.group / str(level), index)

    def read(self, index: int) -> npt.NDArray[Any]:
        """One frame of the finest level, (Z, Y, X)."""
        volume: npt.NDArray[Any] = _levels(self.group)[0][1][index]
        return volume


def create_pyramid(
    group: Path, name: str, layout: Layout, *, dtype: npt.DTypeLike, labels: bool, zarr_format: Format = 3
) -> ZarrPyramid:
    """Create an empty pyramid in place of existing content; only metadata are written.

    `labels` are labels, not intensities. The frame numbers are also stored as an attribute of this package.
    """
    import zarr

    steps = pyramid_steps(layout.shape[1:], layout.voxel_size)
    levels = {str(level): step for level, step in enumerate(steps)}
    attributes = multiscale_attributes(name, levels, layout, labels=labels, zarr_format=zarr_format)
    attributes[OURS] = {"steps": [list(step) for step in steps], "frames": list(layout.frames)}
    if layout.missing:
        attributes[OURS]["missing"] = sorted(layout.missing)
    root = zarr.create_group(str(group), attributes=attributes, zarr_format=zarr_format, overwrite=True)
    for level, step in levels.items():
        size = tuple(-(-length // by) for length, by in zip(layout.shape[1:], step, strict=True))
        root.create_array(
            level,
            shape=(layout.shape[0], *size),
            chunks=(1, *chunk_shape(size, np.dtype(dtype).itemsize)),
            dtype=np.dtype(dtype),
            **_encoding(zarr_format),
        )
    _levels.cache_clear()
    return ZarrPyramid(group)


def multiscale_attributes(
    name: str, levels: Mapping[str, Steps], layout: Layout, *, labels: bool, zarr_format: Format = 3
) -> dict[str, Any]:
    """NGFF attributes of the group of an image with axes TZYX.

    `levels` are the path of each array in the group and its downsampling factors.
    """
    space = {"type": "space", **({"unit": "micrometer"} if layout.voxel_size else {})}
    time = {"type": "time", **({"unit": "minute"} if layout.frame_interval else {})}
    edges, interval = layout.voxel_size or (1.0, 1.0, 1.0), layout.frame_interval or 1.0
    origin = [edge * steps for edge, steps in zip(edges, layout.offset, strict=True)]
    place = [layout.frames[0] * interval, *origin]

    def placed(steps: Steps) -> list[dict[str, Any]]:
        scale = [interval, *(edge * step for edge, step in zip(edges, steps, strict=True))]
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
    if zarr_format == 2:
        return {"multiscales": [{"version": "0.4", **image}], **label}
    return {"ome": {"version": "0.5", "multiscales": [image], **label}}


def pyramid_steps(shape: Sequence[int], voxel_size: VoxelSize | None) -> list[Steps]:
    """Downsampling factors (Z, Y, X) of each level, for a volume (Z, Y, X).

    Y and X are halved until a level is small, Z from when its voxels are not the longest any more.
    """
    z_edge, y_edge, x_edge = voxel_size or (1.0, 1.0, 1.0)
    steps: list[Steps] = [(1, 1, 1)]
    while max(shape[1] / steps[-1][1], shape[2] / steps[-1][2]) > _SMALLEST_VIEW:
        z, y, x = steps[-1]
        flat = z_edge * z > max(y_edge * y, x_edge * x) or z * 2 > shape[0]
        steps.append((z if flat else 2 * z, 2 * y, 2 * x))
    return steps


def chunk_shape(shape: Sequence[int], itemsize: int) -> tuple[int, int, int]:
    """Shape of a chunk: a volume (Z, Y, X), or a part of at most 256 MB."""
    chunk = list(shape)
    while math.prod(chunk) * itemsize > _LARGEST_CHUNK:
        longest = chunk.index(max(chunk))
        chunk[longest] = -(-chunk[longest] // 2)
    z, y, x = chunk
    return z, y, x


def _encoding(zarr_format: Format) -> dict[str, Any]:
    # with a checksum, so that damaged chunks do not read as other pixels
    if zarr_format == 2:
        from numcodecs import Zstd

        separator = {"name": "v2", "separator": "/"}  # as NGFF requires
        return {"compressors": Zstd(level=3, checksum=True), "chunk_key_encoding": separator}
    from zarr.codecs import ZstdCodec

    return {"compressors": ZstdCodec(level=3, checksum=True), "dimension_names": ("t", "z", "y", "x")}


@lru_cache(maxsize=8)
def _levels(group: Path) -> list[tuple[Steps, Any]]:
    import zarr

    # write empty chunks too, so that a missing chunk means data loss
    with zarr.config.set({"array.write_empty_chunks": True}):
        opened = zarr.open_group(str(group), mode="r+")
        ours: Any = opened.attrs[OURS]
        steps = [(int(z), int(y), int(x)) for z, y, x in ours["steps"]]
        return [(step, opened[str(level)]) for level, step in enumerate(steps)]


def _confirm(level: Path, index: int) -> None:
    """Sync the chunks of a frame to disk, so that they survive a power failure."""
    for folder in (level / "c" / str(index), level / str(index)):
        for chunk in folder.rglob("*"):
            if chunk.is_file():
                with chunk.open("rb") as file:
                    os.fsync(file.fileno())
