"""Write one calibrated, compressed OME-TIFF frame by frame."""

from __future__ import annotations

import math
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import ArrayLike4D, VoxelSize
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.calibration import check_offset, check_voxel_size
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.core.tif_names import is_tif_name
from napari_devolearn.io.tiff.ome_metadata import OME_TIFF, ome_metadata, plane_positions
from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.io.writing.frames import check_frame_numbers, fit, is_array, to_tzyx

_CLASSIC_TIFF_LIMIT = 2**32 - 2**25  # 4 GiB of offsets, less space for the metadata


def write_ome_tiff(
    path: Path | str,
    labels: Any,
    *,
    voxel_size: VoxelSize | None = None,
    frame_interval: float | None = None,
    frames: Sequence[int] | None = None,
    missing: Collection[int] = (),
    offset: Sequence[float] = (0.0, 0.0, 0.0),
    name: str = "labels",
    shape: tuple[int, int, int, int] | None = None,
    dtype: npt.DTypeLike | None = None,
    overwrite: bool = False,
) -> Path:
    """Write labels as one OME-TIFF with axes TZYX, completely or not at all.

    Parameters
    ----------
    path : Path or str
        ``.ome.tif`` by convention.
    labels : array-like of YX, ZYX or TZYX, Stack, or iterable of ndarray (Z, Y, X)
        Only one frame is in memory at a time.
    voxel_size : tuple of float, optional
        (Z, Y, X) in um.
    frame_interval : float, optional
        Minutes between two frames.
    frames : sequence of int, optional
        Frame numbers, stored as the annotation ``frames``.
    missing : collection of int
        Numbers of frames without an image, which are empty; stored as the annotation ``missing``.
    offset : sequence of float
        Position of the first voxel, (Z, Y, X) in voxels; stored as the annotation ``offset``, and as the
        position of each plane for other programs.
    name : str
        Name of the OME image; if it begins with "labels", the file is opened as labels.
    shape : tuple of int, optional
        (T, Z, Y, X), required for an iterable.
    dtype : dtype, optional
        Data type of the file; by default that of an array of uint8 or uint16, else uint32.
    overwrite : bool
        Replace an existing file.

    Raises
    ------
    ImageFormatError, TooManyLabelsError
        If the labels are not integers from 0 that fit the type, or do not match the shape; or if the voxel
        size, frame interval, frame numbers or name are invalid.
    OutputExistsError, OutputError
        If the file exists or cannot be written.
    """
    import tifffile

    path = Path(path)
    if not is_tif_name(path.name):
        raise ImageFormatError(f"{path}: give a name ending in .ome.tif")
    if isinstance(labels, Stack):
        voxel_size, frames = voxel_size or labels.voxel_size, frames or labels.frames
        missing, offset = missing or labels.missing, offset if any(offset) else labels.offset
        frame_interval, labels = frame_interval or labels.frame_interval, labels.data
    volumes, shape, dtype = _stream(path, labels, shape, dtype)
    if voxel_size is not None:
        voxel_size = check_voxel_size(voxel_size, shape[1])
    check_frame_numbers(frames, shape[0], path)
    check_offset(offset)
    with atomic_file(path, overwrite=overwrite) as stage:
        tifffile.imwrite(
            stage,
            _planes(volumes, shape, dtype, path),
            shape=shape,
            dtype=dtype,
            bigtiff=math.prod(shape) * dtype.itemsize > _CLASSIC_TIFF_LIMIT,
            metadata=ome_metadata(
                "TZYX", name, voxel_size, frame_interval, frames, missing, offset, file=path.name
            )
            | plane_positions(offset, voxel_size, shape),
            **OME_TIFF,
        )
        if next(volumes, None) is not None:  # tifffile stops after the last expected frame
            raise ImageFormatError(
                f"{path}: more frames than the {shape[0]} of the shape {shape}; give the right shape"
            )
    return path


def _stream(
    path: Path, labels: Any, shape: tuple[int, int, int, int] | None, dtype: npt.DTypeLike | None
) -> tuple[Iterator[ArrayLike4D], tuple[int, int, int, int], np.dtype[Any]]:
    """Frames one by one, and the shape and type of the file."""
    if is_array(labels):
        stack = to_tzyx(labels)
        dtype = dtype or (stack.dtype if stack.dtype in (np.uint8, np.uint16) else None)
        return (stack[t] for t in range(stack.shape[0])), stack.shape, np.dtype(dtype or np.uint32)
    if shape is None:
        raise ImageFormatError(f"{path}: an iterable of frames needs shape=(T, Z, Y, X)")
    return iter(labels), shape, np.dtype(dtype or np.uint32)


def _planes(
    volumes: Iterator[ArrayLike4D], shape: tuple[int, ...], dtype: np.dtype[Any], path: Path
) -> Iterator[npt.NDArray[Any]]:
    count = 0
    for count, volume in enumerate(volumes, start=1):
        frame = np.asarray(volume)
        if frame.shape != shape[1:]:
            raise ImageFormatError(
                f"{path}: frame {count} has shape {frame.shape}, expected {shape[1:]}; "
                "give frames of one shape"
            )
        yield from fit(frame, dtype, path)
    if count != shape[0]:
        raise ImageFormatError(
            f"{path}: {count} frames, but the shape {shape} needs {shape[0]}; give the right shape"
        )
