"""Frames of labels from a file, folder or array, read one at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.ctc.mask_volumes import open_masks
from napari_devolearn.io.ctc.masks import mask_files, read_labels
from napari_devolearn.io.ctc.names import FrameFile, parse_name
from napari_devolearn.io.ome_zarr.reader import is_zarr

Planes = tuple[int, ...] | None
"""Indices along Z; None for all."""


@dataclass(frozen=True, kw_only=True)
class LabelFrames:
    """Labels that are read frame by frame.

    `source`: the file or folder.
    `shape`: (Z, Y, X).
    `planes`: labelled Z planes of each frame number.
    `read`: returns the labels of a frame number, (Z, Y, X), integer.
    """

    source: Path
    shape: tuple[int, int, int]
    planes: Mapping[int, Planes]
    read: Callable[[int], npt.NDArray[Any]]


def open_frames(labels: Any, depth: int | None = None) -> LabelFrames:
    """Open labels; only the headers of files are read.

    `labels`: Path, Stack or array-like, (Y, X), (Z, Y, X) or (T, Z, Y, X), integer. A path is a tif, an
    OME-Zarr, or a folder of masks such as ``01_RES``, ``01_GT/SEG`` or ``01_GT/TRA``.
    `depth`: number of planes per volume, for a folder that has only single planes (``man_seg_005_012.tif``).
    Raises CTCFormatError or ImageFormatError as `read_labels` does, or if an array has another shape or
    dtype.
    """
    if not isinstance(labels, Path):
        return frames_of(_stack_of(labels))
    path = labels
    if path.is_dir() and not is_zarr(path):
        return _of_masks(path, mask_files(path), depth)
    file = parse_name(path)
    if file is not None and file.plane is not None:
        return _of_masks(path, [file], depth)
    return frames_of(read_labels(path))


def frames_of(stack: Stack) -> LabelFrames:
    """Frames of an open stack of labels; missing frames are skipped."""
    index_of = {frame: t for t, frame in enumerate(stack.frames) if frame not in stack.missing}
    return LabelFrames(
        source=stack.source,
        shape=stack.shape[1:],
        planes=dict.fromkeys(index_of),
        read=lambda frame: np.asarray(stack.data[index_of[frame]]),
    )


def _stack_of(labels: Any) -> Stack:
    stack = labels if isinstance(labels, Stack) else None
    array = stack.data if stack else labels if hasattr(labels, "dtype") else np.asarray(labels)
    if array.ndim not in (2, 3, 4) or np.dtype(array.dtype).kind not in "bui":
        raise ImageFormatError(
            f"{stack.source if stack else 'labels'}: shape {tuple(array.shape)}, {array.dtype}; give "
            "integers of shape (Y, X), (Z, Y, X) or (T, Z, Y, X)"
        )
    if stack:
        return stack
    data = array.astype(np.uint8) if np.dtype(array.dtype).kind == "b" else array
    data = data.reshape((1,) * (4 - array.ndim) + tuple(array.shape))
    return Stack(data=data, name="labels", source=Path("labels"), frames=tuple(range(len(data))))


def _of_masks(source: Path, files: list[FrameFile], depth: int | None) -> LabelFrames:
    masks = open_masks(files, depth)
    return LabelFrames(source=source, shape=masks.shape, planes=labelled_planes(files), read=masks.read)


def labelled_planes(files: Iterable[FrameFile]) -> dict[int, Planes]:
    """Labelled planes of each frame, from the file names of masks of one folder and kind."""
    planes: dict[int, set[int | None]] = {}
    for file in files:
        planes.setdefault(file.frame, set()).add(file.plane)
    return {
        frame: None if None in found else tuple(sorted(plane for plane in found if plane is not None))
        for frame, found in planes.items()
    }
