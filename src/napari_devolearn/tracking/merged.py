"""Labels that cover two nuclei: nuclei never merge, so these are mistakes of the segmentation."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from napari_devolearn.tracking.frame_links import link_frames
from napari_devolearn.tracking.objects import Objects

LARGE = 1.35
"""Volume, in medians of the frames around, from which on a label may cover two nuclei: 95 in 100 of those
that do are larger, 95 in 100 of those that do not are smaller (drawn embryos of 4 to 190 nuclei)."""

AROUND = 2
"""Frames before and after in which the usual volume is sought."""


def cut_merged(frames: Sequence[Objects], reach: float) -> list[Objects]:
    """Cut large labels in two where both halves are nuclei of their own before and after.

    Parameters
    ----------
    frames : sequence of Objects
        Objects without halves stay whole.
    reach : float
        Farthest that an object moves, in diameters.

    Returns
    -------
    list of Objects
        A label that is cut is there twice. One that is large since it will divide is one nucleus before,
        and one that has just divided is one after: neither is cut. Where the movie begins or ends, the
        other side decides.
    """
    large = [_large(frames, t) for t in range(len(frames))]
    if not any(large):
        return list(frames)
    order = range(len(frames))
    to_end = _cuts(frames, large, order, set(), reach)
    back = _cuts(frames, large, order[::-1], to_end[-1], reach)
    ahead = _cuts(frames, large, order, back[0], reach)
    return [objects.cut(a & b) for objects, a, b in zip(frames, ahead, back, strict=True)]


def _large(frames: Sequence[Objects], t: int) -> set[int]:
    around = np.concatenate([one.volumes for one in frames[max(t - AROUND, 0) : t + AROUND + 1]])
    if not len(around) or frames[t].halves is None:
        return set()
    return set(np.flatnonzero(frames[t].volumes > LARGE * np.median(around)).tolist())


def _cuts(
    frames: Sequence[Objects], large: Sequence[set[int]], order: range, first: set[int], reach: float
) -> list[set[int]]:
    """Large objects of each frame both halves of which go on from the frame before, in an order of frames."""
    cuts: list[set[int]] = [set() for _ in frames]
    cuts[order[0]] = first
    before = frames[order[0]].cut(first)
    for t in order[1:]:
        now = frames[t]
        if large[t]:
            tried = now.cut(large[t])
            linked = tried.labels[link_frames(before, tried, reach)[:, 1]].tolist()
            cuts[t] = {i for i in large[t] if linked.count(int(now.labels[i])) == 2}
        before = now.cut(cuts[t])
    return cuts
