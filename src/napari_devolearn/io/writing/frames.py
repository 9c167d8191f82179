"""Labels for a file, frame by frame, checked against its data type."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import ArrayLike4D
from napari_devolearn.exceptions import ImageFormatError, TooManyLabelsError
from napari_devolearn.lineage.tracks import NumberedFrames


def is_array(labels: object) -> bool:
    """Whether this is an array (NumPy, dask, zarr), not an iterable of frames."""
    return hasattr(labels, "shape") and hasattr(labels, "dtype")


def to_tzyx(labels: Any) -> ArrayLike4D:
    """Add missing leading axes: YX and ZYX become TZYX; lazy arrays stay lazy.

    Raises ImageFormatError if there are fewer than 2 or more than 4 axes, or no voxels.
    """
    if not 2 <= len(labels.shape) <= 4 or 0 in labels.shape:
        raise ImageFormatError(
            f"labels of shape {tuple(labels.shape)}: give YX, ZYX or TZYX with at least one voxel"
        )
    # a zarr array accepts no None in an index, and an empty index reads all of it
    missing = 4 - len(labels.shape)
    return labels[(None,) * missing] if missing else labels


def numbered_frames(labels: Any, frames: Sequence[int] | None) -> Iterator[tuple[int, npt.NDArray[Any]]]:
    """Yield number and labels (Z, Y, X) of each frame.

    `labels` are an array YX, ZYX or TZYX, or an iterable of (int, ndarray ZYX); `frames` are the numbers for
    an array, by default 0, 1, .. Raises ImageFormatError if shapes differ, a frame number is negative or
    repeated, or there is no frame.
    """
    source = _of_array(labels, frames) if is_array(labels) else labels
    seen: set[int] = set()
    shape = None
    for number, lazy in source:
        frame = np.asarray(lazy)
        shape = shape or frame.shape
        if not _is_whole(number) or number in seen:
            raise ImageFormatError(f"frame {number}: a frame number is whole, 0 or more and comes once")
        if frame.shape != shape or frame.ndim != 3:
            raise ImageFormatError(
                f"frame {number}: shape {frame.shape}; all frames must be ZYX like the first one: {shape}"
            )
        seen.add(number)
        yield int(number), frame
    if not seen:
        raise ImageFormatError("no frames of labels; there is nothing to write")


def _of_array(labels: Any, frames: Sequence[int] | None) -> NumberedFrames:
    stack = to_tzyx(labels)
    numbers = range(stack.shape[0]) if frames is None else frames
    if len(numbers) != stack.shape[0]:
        raise ImageFormatError(
            f"{stack.shape[0]} frames of labels but {len(numbers)} frame numbers; give one per frame"
        )
    return ((number, stack[index]) for index, number in enumerate(numbers))


def check_frame_numbers(frames: Sequence[int] | None, count: int, path: Path) -> None:
    """Check frame numbers before anything is written; `path` is the result, for messages.

    Raises ImageFormatError if there is not one per frame, or they are not ascending integers from 0.
    """
    if frames is None:
        return
    if len(frames) != count:
        raise ImageFormatError(f"{path}: {len(frames)} frame numbers for {count} frames; give one for each")
    whole = all(_is_whole(one) for one in frames)
    if not whole or any(b <= a for a, b in pairwise(frames)):
        given = ", ".join(map(str, frames[:8]))
        raise ImageFormatError(
            f"{path}: the frame numbers {given} are not whole numbers from 0 that rise, of at most nine "
            "digits; correct them, or the position of the layer along T"
        )


def _is_whole(number: object) -> bool:
    return isinstance(number, int | np.integer) and bool(0 <= number < 10**9)


def fit(frame: npt.NDArray[Any], dtype: npt.DTypeLike, path: Path) -> npt.NDArray[Any]:
    """Convert labels (integer or bool) to an unsigned data type, without overflow; `path` is for messages.

    Raises ImageFormatError if the values are not integers from 0; TooManyLabelsError if a label is too large
    for the type.
    """
    if frame.dtype.kind not in "bui":
        raise ImageFormatError(
            f"{path}: labels are {frame.dtype}; convert them, e.g. labels.astype('uint32')"
        )
    if np.dtype(dtype).kind not in "ui":
        raise ImageFormatError(f"{path}: labels are written as whole numbers, not as {np.dtype(dtype)}")
    if frame.dtype.kind == "i" and frame.min() < 0:
        raise ImageFormatError(
            f"{path}: label {frame.min()} is negative; 0 is background, objects count from 1"
        )
    largest = np.iinfo(dtype).max
    if frame.max() > largest:
        raise TooManyLabelsError(
            f"{path}: label {frame.max()} is larger than {largest}, the largest value of the file; renumber "
            "the labels with skimage.segmentation.relabel_sequential(labels)[0], or save as .ome.tif with "
            "write_ome_tiff(path, labels.astype('uint32'))"
        )
    return frame.astype(dtype, copy=False)
