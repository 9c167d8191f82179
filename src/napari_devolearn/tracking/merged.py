"""Split labels that cover two nuclei: nuclei never merge, so these are segmentation errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from napari_devolearn._types import Floats
from napari_devolearn.tracking.frame_links import link_frames
from napari_devolearn.tracking.objects import Objects
from napari_devolearn.tracking.steps import Steps, part

LARGE = 1.25
"""Minimum volume, relative to the usual one, of a label that may cover two nuclei: 95 % of those that do are
larger, 95 % of those that do not are smaller (simulated embryos of 4 to 190 nuclei)."""

ENTERED, LEFT = 3, 1
"""Maximum number of frames for which a label is split if two nuclei are only before it, or only after it, as
for a dividing nucleus."""


def iter_cut_merged(
    frames: Sequence[Objects], diameters: Floats, max_distance: float
) -> Steps[list[Objects]]:
    """Split large labels if both halves are separate nuclei before or after; yields the completed fraction.

    A split label occurs twice. Objects that are two on only one side, such as dividing nuclei, are split for
    a few frames at most. Objects without halves stay whole.

    `diameters`: (T,), float64: usual diameters around each frame, in um.
    `max_distance`: largest movement between frames, in diameters.
    """
    large = [_large(*both) for both in zip(frames, diameters, strict=True)]
    if not any(large):
        return list(frames)
    order = range(len(frames))
    ahead = yield from part(_iter_cuts(frames, large, order, max_distance, diameters), 0, 0.5)
    back = yield from part(_iter_cuts(frames, large, order[::-1], max_distance, diameters), 0.5, 1)
    return [
        objects.cut((a.keys() & b.keys()) | _up_to(ENTERED, a) | _up_to(LEFT, b))
        for objects, a, b in zip(frames, ahead, back, strict=True)
    ]


def _up_to(frames: int, cuts: Mapping[int, int]) -> set[int]:
    return {i for i, age in cuts.items() if age <= frames}


def _large(objects: Objects, wide: float) -> set[int]:
    if objects.halves is None:
        return set()
    return set(np.flatnonzero(objects.relative_volumes(wide) > LARGE).tolist())


def _iter_cuts(
    frames: Sequence[Objects], large: Sequence[set[int]], order: range, max_distance: float, diameters: Floats
) -> Steps[list[dict[int, int]]]:
    """Large objects of each frame whose two halves both continue objects of the frame before, in this order.

    Each with the number of frames for which it has been one label.
    """
    cuts: list[dict[int, int]] = [{} for _ in frames]
    before = frames[order[0]]
    ages: dict[int, int] = {}
    for done, t in enumerate(order[1:], start=1):
        now = frames[t]
        if large[t]:
            tried = now.cut(large[t])
            ages_of: dict[int, list[int]] = {}
            for i, j in link_frames(before, tried, max_distance, diameters[t]).tolist():
                ages_of.setdefault(int(tried.labels[j]), []).append(ages.get(int(before.labels[i]), 0))
            found = {i: ages_of.get(int(now.labels[i]), []) for i in large[t]}
            cuts[t] = {i: max(both) + 1 for i, both in found.items() if len(both) == 2}
        ages = {int(now.labels[i]): age for i, age in cuts[t].items()}
        before = now.cut(cuts[t])
        yield done / (len(order) - 1)
    return cuts
