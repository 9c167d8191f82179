"""Link consecutive frames with laptrack, after correction for rigid motion of the embryo."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt
import scipy

from napari_devolearn._types import Floats
from napari_devolearn.tracking.objects import Objects

Pairs = npt.NDArray[np.int64]
"""(K, 2): index into the objects of a frame and of the next."""

_UNLINKED = 0.5  # cost of an unlinked object, relative to a link of the maximum distance
_SURE = 0.6  # maximum movement of a certain link, in diameters
_ROUNDS = 3
_ENOUGH = 12  # minimum number of links to estimate the motion of the embryo


def link_frames(before: Objects, after: Objects, max_distance: float, wide: float) -> Pairs:
    """Link objects of two consecutive frames one to one; returns only certain links, (K, 2) int64.

    Assignment is repeated after a rigid motion estimated from the last links, because drift of the stage and
    rotation of the embryo move all nuclei together. Longer movements may be daughters, which are decided
    later for the whole movie.

    `max_distance`: largest movement between frames, in diameters.
    `wide`: usual diameter, in um.
    """
    if not len(before) or not len(after):
        return np.zeros((0, 2), np.int64)
    cutoff = max_distance * wide
    moved = before.centers
    for _ in range(_ROUNDS):
        pairs = _assign(moved, after.centers, cutoff)
        if len(pairs) < _ENOUGH:
            break
        moved = rigid_motion(before.centers, after.centers, pairs)
    away = np.linalg.norm(moved[pairs[:, 0]] - after.centers[pairs[:, 1]], axis=1)
    return np.asarray(pairs[away <= _SURE * wide])


def rigid_motion(before: Floats, after: Floats, pairs: Pairs) -> Floats:
    """Apply the rigid motion that fits the links best; returns (N, 3) float64.

    Least squares (Kabsch 1976, Acta Cryst. A 32, 922) over the better half of the links, to exclude dividing
    cells and wrong links.

    `before, after`: (N, 3) and (M, 3), float64.
    `pairs`: (K, 2), int64.
    """
    old, new = before[pairs[:, 0]], after[pairs[:, 1]]
    left = np.linalg.norm(new - old - np.median(new - old, axis=0), axis=1)
    good = left <= np.median(left)
    middle, target = old[good].mean(axis=0), new[good].mean(axis=0)
    turn, _ = scipy.spatial.transform.Rotation.align_vectors(new[good] - target, old[good] - middle)
    return np.asarray(turn.apply(before - middle) + target)


def _assign(before: Floats, after: Floats, cutoff: float) -> Pairs:
    from laptrack import LapTrack

    # laptrack's default derives the cost limit from the links, and fails if all are 0
    unlinked = _UNLINKED * cutoff**2
    tracker = LapTrack(
        cutoff=cutoff**2,
        gap_closing_cutoff=False,
        splitting_cutoff=False,
        merging_cutoff=False,
        track_start_cost=unlinked,
        track_end_cost=unlinked,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas and NetworkX, about laptrack's own use of them
        edges = tracker.predict([before, after]).edges()
    pairs = [(int(min(a, b)[1]), int(max(a, b)[1])) for a, b in edges]
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)
