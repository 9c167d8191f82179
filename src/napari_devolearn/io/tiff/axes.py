"""Which axis of a file is time, which is Z, which is channels."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError


class Axes(NamedTuple):
    """The axes of a file in front of Y and X, and what each is.

    Parameters
    ----------
    sizes : tuple of int
        Of the axes in front.
    t, z, c : int or None
        Position of time, Z and channels among them.
    """

    sizes: tuple[int, ...]
    t: int | None = None
    z: int | None = None
    c: int | None = None

    def size(self, axis: int | None) -> int:
        """Size of an axis, 1 if the file has no such axis."""
        return 1 if axis is None else self.sizes[axis]

    def planes(self, t: int, channel: int) -> npt.NDArray[np.intp]:
        """Indices of the planes of one volume in the file's order, (Z,)."""
        index = np.arange(np.prod(self.sizes, dtype=np.intp)).reshape(self.sizes)
        wanted: dict[int | None, int | slice] = {self.t: t, self.c: channel, self.z: slice(None)}
        return np.atleast_1d(index[tuple(wanted.get(axis, 0) for axis in range(len(self.sizes)))])


def name_axes(path: Path, letters: str, shape: tuple[int, ...], *, volume: bool) -> Axes:
    """Find time, Z and channels by their letters; unnamed axes are Z, then time.

    Parameters
    ----------
    path : Path
        The file, for messages.
    letters : str
        One for each axis, as tifffile gives them: T, Z, C, Y, X, S = samples, Q or I = unnamed.
    shape : tuple of int
    volume : bool
        The file is one time point by the definition of its format, so that an axis called
        time, as ImageJ names the pages of some stacks, is Z.

    Returns
    -------
    Axes

    Raises
    ------
    ImageFormatError
        If the pixels are not grey or an axis is none of those.
    """
    if dict(zip(letters, shape, strict=True)).get("S", 1) > 1:
        raise ImageFormatError(
            f"{path}: is RGB, or has several samples a pixel; convert it to grey first (Fiji: Image > Type > "
            "8-bit)"
        )
    front = [(letter, size) for letter, size in zip(letters, shape, strict=True) if letter not in "YXS"]
    found = {letter: place for place, (letter, _) in enumerate(front) if letter in "TZC"}
    for place, (letter, size) in reversed(list(enumerate(front))):
        free = next((name for name in "ZT" if name not in found), None)
        if letter not in "TZC" and size > 1:
            if letter not in "QI" or free is None:
                raise ImageFormatError(
                    f"{path}: has the axes {letters} of sizes {shape}; save it as an ImageJ hyperstack or "
                    "OME-TIFF with no other axes than T, C, Z, Y, X"
                )
            found[free] = place
    sizes = tuple(size for _, size in front)
    if volume and "T" in found and sizes[found["T"]] > 1:
        if "Z" in found and sizes[found["Z"]] > 1:
            raise ImageFormatError(
                f"{path}: holds {sizes[found['T']]} time points where one is meant; open it by itself"
            )
        found["Z"] = found.pop("T")
    return Axes(sizes, found.get("T"), found.get("Z"), found.get("C"))
