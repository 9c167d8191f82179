"""Write an OME-Zarr image in several resolutions, frame by frame, from any number of processes."""

from __future__ import annotations

import math
import os
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.io.ome_zarr.ngff import multiscale_attributes
from napari_devolearn.io.ome_zarr.ngff_read import OURS
from napari_devolearn.io.writing.frames import fit

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
    group: Path,
    name: str,
    shape: Sequence[int],
    dtype: npt.DTypeLike,
    *,
    voxel_size: VoxelSize | None = None,
    frame_interval: float | None = None,
    frames: Sequence[int] | None = None,
    missing: Collection[int] = (),
    offset: Sequence[float] = (0.0, 0.0, 0.0),
    labels: bool = True,
    zarr_format: Format = 3,
) -> ZarrPyramid:
    """Create an empty pyramid; only metadata are written.

    Parameters
    ----------
    group : Path
        Created; existing content is replaced.
    name : str
    shape : tuple of int
        (T, Z, Y, X) of the finest level.
    dtype : dtype
    voxel_size : tuple of float, optional
        (Z, Y, X) in um.
    frame_interval : float, optional
        Minutes.
    frames : sequence of int, optional
        Frame numbers, stored as an attribute of this package.
    missing : collection of int
        Numbers of frames without an image, stored too.
    offset : sequence of float
        Position of the first voxel, (Z, Y, X) in voxels.
    labels : bool
        The values are labels, not intensities.
    zarr_format : {2, 3}
    """
    import zarr

    steps = pyramid_steps(shape[1:], voxel_size)
    attributes = multiscale_attributes(
        name,
        {str(level): step for level, step in enumerate(steps)},
        voxel_size,
        frame_interval,
        labels=labels,
        version="0.5" if zarr_format == 3 else "0.4",
        offset=offset,
        first_frame=frames[0] if frames else 0,
    )
    attributes[OURS] = (
        {"steps": [list(step) for step in steps]}
        | ({"frames": list(frames)} if frames else {})
        | ({"missing": sorted(missing)} if missing else {})
    )
    root = zarr.create_group(str(group), attributes=attributes, zarr_format=zarr_format, overwrite=True)
    for level, step in enumerate(steps):
        size = tuple(-(-length // by) for length, by in zip(shape[1:], step, strict=True))
        root.create_array(
            str(level),
            shape=(shape[0], *size),
            chunks=(1, *chunk_shape(size, np.dtype(dtype).itemsize)),
            dtype=np.dtype(dtype),
            **_layout(zarr_format),
        )
    _levels.cache_clear()
    return ZarrPyramid(group)


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


def _layout(zarr_format: Format) -> dict[str, Any]:
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
