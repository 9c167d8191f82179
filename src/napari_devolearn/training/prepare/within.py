"""Divide one volume or image into training and held-out parts.

Blocks of slices with a gap, if enough slices are labelled::

    z       0 1 2 3 4 5 6 7 8 9
            t t t t t . h . . t        t = training, h = held out, . = neither

else a strip across the slices, with a gap next to it; the mask of each part is unknown in the other.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Mask
from napari_devolearn.training.data.pairs import UNKNOWN, Split
from napari_devolearn.training.prepare.split import default_held_out

_FEWEST_SLICES = 5  # minimum number of labelled slices for holding out whole slices

STRIP, GAP = 0.25, 1 / 16
"""Relative to the longer edge of an image: the held-out strip, and the gap next to it."""

Ids = npt.NDArray[np.integer]


class Portion(NamedTuple):
    """A slice of one part of the split.

    `slice_index`: index of the slice in its volume.
    `mask`: (Y, X), integer; `UNKNOWN` in the other part and in the gap.
    `divided`: whether the other part has the same slice.
    """

    slice_index: int
    split: Split
    mask: Ids
    divided: bool = False


def divide(mask: Ids, indices: Sequence[int], numbers: Sequence[int]) -> list[Portion]:
    """Divide a volume into training and held-out slices or strips.

    `mask`: (Z, Y, X), integer: 0 = background, `UNKNOWN`, else the instance's ID.
    `indices`: slices to write, ascending.
    `numbers`: slice numbers of the whole volume; consecutive numbers are neighbours.
    Returns only training slices if no part with objects can be held out.
    """
    labelled = [i for i in indices if objects_in(mask[i]).any()]
    if len(labelled) >= _FEWEST_SLICES:
        held_out = default_held_out(labelled)
        first, last = numbers[held_out[0]], numbers[held_out[-1]]
        return [
            Portion(i, "held_out" if first <= numbers[i] <= last else "train", mask[i])
            for i in indices
            if numbers[i] not in (first - 1, last + 1)
        ]
    strip = _strip(mask[list(labelled)])
    if strip is None:
        return [Portion(i, "train", mask[i]) for i in indices]
    axis, first, end = strip
    return [portion for i in indices for portion in _sides(i, mask[i], axis, first, end)]


def objects_in(mask: Ids) -> Mask:
    """Pixels of objects: neither background nor unknown."""
    return np.asarray((mask > 0) & (mask != UNKNOWN))


def _strip(labelled: Ids) -> tuple[int, int, int] | None:
    """Axis, first and end of the strip with the fraction of objects nearest to `STRIP`; None without one."""
    if not len(labelled):
        return None
    axis = int(np.argmax(labelled.shape[1:]))
    length = labelled.shape[1 + axis]
    objects = objects_in(labelled).sum(axis=(0, 2 - axis)).astype(float)
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
    unknown: dict[Split, Mask] = {"train": near, "held_out": ~inside}
    return [
        Portion(index, split, np.where(where[across], np.asarray(UNKNOWN, mask.dtype), mask), divided=True)
        for split, where in unknown.items()
    ]
