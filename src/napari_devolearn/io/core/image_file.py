"""ImageFile: an open image file with its header and a function to read a frame."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import ImageFormatError, warn_caller
from napari_devolearn.io.core.calibration import Calibration, find_calibration, size_warnings
from napari_devolearn.io.core.lazy import lazy_frames


@dataclass(frozen=True, kw_only=True)
class ImageFile:
    """A file whose pixels are read on demand.

    `shape`: (T, Z, Y, X) of one channel.
    `dtype`: of the pixels, in this machine's byte order.
    `read`: takes the indices (t, channel) and, `by_slices`, a slice along Z; returns an ndarray (Z, Y, X).
    `by_slices`: `read` can read some slices of a volume only.
    `calibration`: None if the file has none.
    `title`: name of the image inside the file, if it has one.
    `frames`: frame numbers, if the file stores them.
    `missing`: numbers of frames that were missing when the file was written.
    `offset`: position of the first voxel, (Z, Y, X) in voxels.
    `channel_names`: one for each channel, or none.
    `axes`: the axes before Y and X, slowest first, with their sizes: ``"T3 Z5"``; "" if this kind of file has
    none.
    `labels`: integers in a file or image that is named as labels or masks.
    `rgb`: the channels are those of an RGB (or RGBA) image.
    `notes`: contradictions in the file, and how it was opened; for a warning.
    """

    path: Path
    shape: tuple[int, int, int, int]
    dtype: np.dtype[Any]
    read: Callable[..., npt.NDArray[Any]]
    by_slices: bool = False
    channels: int = 1
    calibration: Calibration | None = None
    title: str = ""
    frames: tuple[int, ...] = ()
    missing: frozenset[int] = frozenset()
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    channel_names: tuple[str, ...] = ()
    axes: str = ""
    labels: bool = False
    rgb: bool = False
    notes: tuple[str, ...] = ()

    @property
    def frame_numbers(self) -> tuple[int, ...]:
        """The stored frame numbers, one per frame; otherwise 0, 1, .."""
        return self.frames if len(self.frames) == self.shape[0] else tuple(range(self.shape[0]))

    def channel_name(self, channel: int) -> str:
        """Name of a channel in the file, otherwise "channel 0", .."""
        return self.channel_names[channel] if self.channel_names else f"channel {channel}"


def lazy_channel(file: ImageFile, channel: int) -> Any:
    """Make a dask array, (T, Z, Y, X), of one channel; nothing is read."""
    return lazy_frames(
        lambda t, *slices: file.read(t, channel, *slices), file.shape, file.dtype, by_slices=file.by_slices
    )


def pick_channel(file: ImageFile, channel: int) -> ImageFile:
    """The file restricted to one channel."""
    if file.channels == 1:
        return file

    def read(t: int, _: int, *slices: slice) -> npt.NDArray[Any]:
        return file.read(t, channel, *slices)

    return replace(file, read=read, channels=1, channel_names=(), rgb=False)


def checked_calibration(files: Sequence[ImageFile], voxel_size: VoxelSize | None = None) -> Calibration:
    """Find the calibration of files as `find_calibration`.

    Warns, in one line, about contradictions between headers and files, and a voxel size that is implausible
    or differs between files.
    """
    calibration = find_calibration(files[0].path, files[0].calibration, voxel_size)
    noted = [file for file in files if file.notes or (file.calibration and file.calibration.notes)]
    lines = []
    if noted:
        lines += [*noted[0].notes, *(noted[0].calibration.notes if noted[0].calibration else ())]
    lines += size_warnings(calibration.voxel_size, files[0].shape)
    if voxel_size is None:
        lines += _other_voxel_size(files)
    if lines:
        path = (noted or files)[0].path
        more = f" ({len(noted) - 1} other files have the same)" if len(noted) > 1 else ""
        warn_caller(f"{path}: {'; '.join(lines)}{more}")
    return calibration


def _other_voxel_size(files: Sequence[ImageFile]) -> list[str]:
    """At most one warning about files whose voxel size is not that of the first, which is used for all."""
    sizes = [file.calibration.voxel_size if file.calibration else None for file in files]
    first = sizes[0]
    for file, size in zip(files, sizes, strict=True):
        same = np.allclose(first, size, rtol=0.01, atol=0) if first and size else first is size
        if not same:
            return [
                f"the voxel size is {_spelled(first)} in {files[0].path.name}, but {_spelled(size)} in "
                f"{file.path.name}; that of the first file is used for all; if it is wrong, give the right "
                "one (--voxel-size Z,Y,X in um)"
            ]
    return []


def _spelled(size: VoxelSize | None) -> str:
    return f"{' x '.join(f'{edge:g}' for edge in size)} um" if size else "unknown"


def check_series(path: Path, series: int | None, titles: Sequence[str]) -> None:
    """Raise ImageFormatError if a file with images of these titles has no image of this number, from 0."""
    if series is None or 0 <= series < len(titles):
        return
    named = ", ".join(f"{number} {title}".strip() for number, title in enumerate(titles[:8]))
    raise ImageFormatError(
        f"{path}: has no image {series}, but {named}{', ..' if len(titles) > 8 else ''}; choose one of them "
        "with --series (in Python series=), or leave it out for the first"
    )


def check_grey(path: Path, shape: tuple[int, ...], dtype: np.dtype[Any] | None) -> None:
    """Raise ImageFormatError if an image is not greyscale with real numbers; dtype is None if unknown."""
    if dtype is None or dtype.kind not in "buifc":
        found = f" ({dtype})" if dtype else ""
        raise ImageFormatError(f"{path}: unsupported pixel type{found}; save it as 8, 16 or 32 bit")
    if dtype.kind == "c":
        raise ImageFormatError(f"{path}: complex numbers; save their magnitude instead")
    if 0 in shape:
        raise ImageFormatError(f"{path}: no pixels; omit it or save it again")
