"""Find the time, Z and channel axes of a file."""

from __future__ import annotations

import math
import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import AxesError

HINT = "name its axes, slowest first, as in --axes {example} (in Python axes=, in the window the field Axes)"


class Axes(NamedTuple):
    """The axes of a file before Y and X, slowest first: T, Z and C, each at most once; I if of size 1."""

    letters: str
    sizes: tuple[int, ...]

    def size(self, letter: str) -> int:
        """Size of an axis, 1 if the file does not have it."""
        return dict(zip(self.letters, self.sizes, strict=True)).get(letter, 1)

    def planes(self, t: int, channel: int) -> npt.NDArray[np.intp]:
        """Indices of the planes of one volume in the file's order, (Z,)."""
        index = np.arange(math.prod(self.sizes), dtype=np.intp).reshape(self.sizes)
        wanted: dict[str, int | slice] = {"T": t, "C": channel, "Z": slice(None)}
        return np.atleast_1d(index[tuple(wanted.get(letter, 0) for letter in self.letters)])

    def __str__(self) -> str:
        """Name each axis with its size, slowest first, in the form of `parse_axes`: "T3 Z5"."""
        return " ".join(
            f"{name}{size}" for name, size in zip(self.letters, self.sizes, strict=True) if size > 1
        )


def name_axes(path: Path, letters: str, sizes: tuple[int, ...], *, volume: bool) -> Axes:
    """Find time, Z and channels by the letters of the axes before Y and X; unnamed ones become Z, then time.

    If the file is a `volume`, one time point by its format, an axis named time, as ImageJ names the pages of
    some stacks, is Z. Raises AxesError if an axis has a letter other than T, Z, C, and Q or I for unnamed
    ones, or two have the same.
    """
    names = list(letters)
    for place in reversed(range(len(sizes))):
        if names[place] not in "TZC":
            free = next((name for name in "ZT" if name not in names), "")
            names[place] = "I" if sizes[place] == 1 else free if names[place] in "QI" else ""
    known = [name for name in names if name != "I"]
    if "" in known or len(set(known)) < len(known):
        example = ",".join(f"{name}{size}" for name, size in zip("TCZ", sizes[-3:], strict=False))
        raise AxesError(
            f"{path}: has the axes {letters}YX of sizes {sizes} before Y and X, which are not all of T, C "
            f"and Z, each once; {HINT.format(example=example)}, or save it as an ImageJ hyperstack or "
            "OME-TIFF"
        )
    axes = Axes("".join(names), sizes)
    if volume and axes.size("T") > 1:
        if axes.size("Z") > 1:
            raise AxesError(
                f"{path}: has {axes.size('T')} time points, but is one frame of a sequence; open it "
                "separately"
            )
        axes = Axes(axes.letters.replace("Z", "I").replace("T", "Z"), sizes)
    return axes


def parse_axes(text: str) -> list[tuple[str, int | None]]:
    """Parse axes from user input, slowest first, as letters and sizes: ``ZTYX``, ``T3,Z5`` or ``T3 Z5 Y X``.

    Sizes, and Y and X at the end, may be omitted. Y and X are not returned. Raises AxesError if the text
    cannot be parsed.
    """
    found = re.findall(r"([A-Za-z])[ =:]*([0-9]{0,9})[ ,x*;]*", text)
    whole = re.fullmatch(r"\s*(?:[A-Za-z][ =:]*[0-9]{0,9}[ ,x*;]*)+", text)
    front = [(letter.upper(), int(size) if size else None) for letter, size in found]
    letters = "".join(letter for letter, _ in front)
    if letters.endswith("YX"):
        front, letters = front[:-2], letters[:-2]
    wrong = not whole or not set(letters) <= set("TZC") or len(set(letters)) < len(letters)
    if wrong or any(size == 0 for _, size in front):
        raise AxesError(
            f"axes {text!r}: give T, Z and C, each once, slowest first, as in ZTYX, or with sizes as in T3,Z5"
        )
    return front


def set_axes(path: Path, text: str, letters: str, sizes: tuple[int, ...]) -> tuple[str, tuple[int, ...]]:
    """Replace the axes of a file before Y and X, `letters` and `sizes`, by those of the user's `text`.

    Raises AxesError if they do not match the number of planes.
    """
    given = parse_axes(text)
    names = "".join(letter for letter, _ in given)
    planes = math.prod(sizes)
    known = [size for _, size in given if size is not None]
    full = [size for size in sizes if size > 1]
    if not known and len(given) == len(sizes):
        return names, sizes
    if not known and len(given) == len(full):
        return names, tuple(full)
    if not known and names and set(names) <= set(letters) and _same_order(names, letters, sizes):
        return names, tuple(sizes[letters.index(name)] for name in names)
    if len(given) - len(known) <= 1:
        rest, left = divmod(planes, math.prod(known))
        new = tuple(rest if size is None else size for _, size in given)
        if math.prod(new) == planes and not left:
            return names, new
    there = f"{planes} planes" if len(full) < 2 else f"{planes} planes ({' x '.join(map(str, full))})"
    raise AxesError(
        f"{path}: --axes {text} does not fit: there are {there} of Y and X; give sizes whose product is "
        f"{planes}, as in --axes {example_axes(planes)}"
    )


def _same_order(names: str, letters: str, sizes: tuple[int, ...]) -> bool:
    kept = [letter for letter in letters if letter in names]
    return list(names) == kept and all(
        size == 1 for letter, size in zip(letters, sizes, strict=True) if letter not in names
    )


def example_axes(planes: int, frames: int = 0, slices: int = 0) -> str:
    """Axes for a message: sizes of T and Z that match the planes, those of the header if they fit."""
    if slices < 2 or planes % slices or slices == planes:
        slices = planes // frames if 1 < frames < planes and planes % frames == 0 else 0
    smallest_factor = next((n for n in range(2, math.isqrt(max(planes, 1)) + 1) if planes % n == 0), 1)
    frames = planes // slices if slices else smallest_factor
    return f"T{frames},Z{planes // frames}"
