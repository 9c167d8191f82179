"""One image file, opened: what its header says, and how to read a frame of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.calibration import Calibration


@dataclass(frozen=True, kw_only=True)
class ImageFile:
    """A file whose pixels are read when they are asked for.

    Parameters
    ----------
    path : Path
    shape : tuple of int
        (T, Z, Y, X) of one channel.
    dtype : dtype
        Of the pixels, in this machine's byte order.
    read : callable
        Takes the indices (t, channel), gives an ndarray (Z, Y, X).
    channels : int
    calibration : Calibration or None
        None if the file says nothing of it.
    title : str
        Name of the image inside the file, if it has one.
    frames : tuple of int
        Frame numbers, if the file keeps them.
    """

    path: Path
    shape: tuple[int, int, int, int]
    dtype: np.dtype[Any]
    read: Callable[[int, int], npt.NDArray[Any]]
    channels: int = 1
    calibration: Calibration | None = None
    title: str = ""
    frames: tuple[int, ...] = ()

    @property
    def frame_numbers(self) -> tuple[int, ...]:
        """The numbers that the file keeps, one for each frame; else 0, 1, .."""
        return self.frames if len(self.frames) == self.shape[0] else tuple(range(self.shape[0]))


def check_grey(path: Path, shape: tuple[int, ...], dtype: np.dtype[Any] | None) -> None:
    """Refuse what is not a grey image of real numbers.

    Parameters
    ----------
    path : Path
    shape : tuple of int
    dtype : dtype or None
        None if the decoder knows no type for the pixels.

    Raises
    ------
    ImageFormatError
    """
    if dtype is None or dtype.kind not in "buifc":
        raise ImageFormatError(f"{path}: has an unusual type of pixels ({dtype}); save it as 8, 16 or 32 bit")
    if dtype.kind == "c":
        raise ImageFormatError(f"{path}: holds complex numbers; save their magnitude instead")
    if 0 in shape:
        raise ImageFormatError(f"{path}: holds no pixels; leave it out or save it anew")
