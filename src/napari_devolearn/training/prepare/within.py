"""One volume or image divided into what is learnt from and what is held out.

Blocks of slices with a gap where enough slices are labelled::

    z       0 1 2 3 4 5 6 7 8 9
            t t t t t . h h . t        t = learnt from, h = held out, . = neither

else a strip across the slices, with a gap beside it; each side's mask is unknown where the other counts.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn.training.data.pairs import UNKNOWN, Split
from napari_devolearn.training.prepare.split import fourth_fifth

FEWEST_SLICES = 5
"""With labels: from so many on, whole slices are held out."""

STRIP, GAP = 0.25, 1 / 16
"""Of an image's longer edge: the strip that is held out, and what counts for neither side of it."""

Ids = npt.NDArray[np.integer]


class Portion(NamedTuple):
    """A slice for one side of a split.

    Parameters
    ----------
    place : int
        Of the slice in its volume, from 0.
    split : {"train", "held_out"}
    mask : ndarray, (Y, X), integer
        `UNKNOWN` where it counts for the other side or for none.
    divided : bool
        Whether the other side has a part of the same slice.
    """

    place: int
    split: Split
    mask: Ids
    divided: bool = False


def divide(mask: Ids, indices: Sequence[int], numbers: Sequence[int]) -> list[Portion]:
    """Divide a volume into what is learnt from and what is held out.

    Parameters
    ----------
    mask : ndarray, (Z, Y, X), integer
        0 = background, `UNKNOWN` = not looked at, else the instance's id.
    indices : sequence of int
        Slices that are written, rising.
    numbers : sequence of int
        Of all slices along z: those with consecutive numbers are neighbours.

    Returns
    -------
    list of Portion
        All learnt from where no part with objects can be held out.
    """
    labelled = [i for i in indices if _objects(mask[i]).any()]
    if len(labelled) >= FEWEST_SLICES:
        held_out = fourth_fifth(labelled)
        return _blocks(mask, indices, numbers, (numbers[held_out[0]], numbers[held_out[-1]]))
    strip = _strip(mask[list(labelled)])
    if strip is None:
        return [Portion(i, "train", mask[i]) for i in indices]
    axis, first, end = strip
    return [portion for i in indices for portion in _sides(i, mask[i], axis, first, end)]


def _objects(mask: Ids) -> npt.NDArray[np.bool_]:
    objects: npt.NDArray[np.bool_] = (mask > 0) & (mask != UNKNOWN)
    return objects


def _blocks(
    mask: Ids, indices: Sequence[int], numbers: Sequence[int], block: tuple[int, int]
) -> list[Portion]:
    first, last = block
    sides: list[Portion] = []
    for i in indices:
        if first <= numbers[i] <= last:
            sides.append(Portion(i, "held_out", mask[i]))
        elif not first - 1 <= numbers[i] <= last + 1:
            sides.append(Portion(i, "train", mask[i]))
    return sides


def _strip(labelled: Ids) -> tuple[int, int, int] | None:
    """Axis, first and end of the strip that holds most nearly its share of the objects; None without one."""
    if not len(labelled):
        return None
    axis = int(np.argmax(labelled.shape[1:]))
    length = labelled.shape[1 + axis]
    objects = _objects(labelled).sum(axis=(0, 2 - axis)).astype(float)
    wide, gap = max(1, round(STRIP * length)), _gap(length)
    best = None
    for first in range(0, length - wide + 1, max(1, wide // 2)):
        inside = objects[first : first + wide].sum()
        left = objects[: max(0, first - gap)].sum() + objects[first + wide + gap :].sum()
        off = abs(inside / objects.sum() - STRIP)
        if inside and left and (best is None or off < best[0]):
            best = off, first
    return None if best is None else (axis, best[1], best[1] + wide)


def _gap(length: int) -> int:
    return max(1, round(GAP * length))


def _sides(index: int, mask: Ids, axis: int, first: int, end: int) -> list[Portion]:
    gap = _gap(mask.shape[axis])
    place = np.arange(mask.shape[axis])
    inside = (place >= first) & (place < end)
    near = (place >= first - gap) & (place < end + gap)
    across = (slice(None), None) if axis == 0 else (None, slice(None))
    sides: list[Portion] = []
    for split, unknown in (("train", near), ("held_out", ~inside)):
        part = np.where(unknown[across], np.asarray(UNKNOWN, mask.dtype), mask)
        sides.append(Portion(index, split, part, divided=True))  # type: ignore[arg-type]
    return sides
