"""Split labels that cover two nuclei: nuclei never merge, so these are segmentation errors."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from napari_devolearn.tracking.frame_links import link_frames
from napari_devolearn.tracking.objects import Floats, Objects
from napari_devolearn.tracking.steps import Steps, part

LARGE = 1.25
"""Minimum volume, relative to the usual one, of a label that may cover two nuclei: 95 in 100 of those that do
are
larger, 95 in 100 of those that do not are smaller (drawn embryos of 4 to 190 nuclei)."""

ENTERED, LEFT = 3, 1
"""Most frames for which a label is split if two nuclei are only before it or only after it, as for a dividing
nucleus."""


def iter_cut_merged(
    frames: Sequence[Objects], diameters: Floats, max_distance: float
) -> Steps[list[Objects]]:
    """Split large labels if both halves are separate nuclei before or after.

    Parameters
    ----------
    frames : sequence of Objects
        Objects without halves stay whole.
    diameters : ndarray, (T,), float64
        Usual diameters around each frame, in um.
    max_distance : float
        Largest movement between two frames, in diameters.

    Yields
    ------
    float
        Completed fraction of the work, after each frame each way.

    Returns
    -------
    list of Objects
        A split label occurs twice. Objects that are two on one side only, such as dividing nuclei, are split
        for a few frames at most.
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
    power = 2 if objects.flat else 3
    return set(np.flatnonzero((objects.diameters / wide) ** power > LARGE).tolist())


def _iter_cuts(
    frames: Sequence[Objects], large: Sequence[set[int]], order: range, max_distance: float, diameters: Floats
) -> Steps[list[dict[int, int]]]:
    """Large objects of each frame, both halves of which go on from the frame before, in an order of frames.

    With each, for how many frames it has been one label.
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
