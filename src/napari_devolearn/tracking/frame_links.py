"""Link consecutive frames by laptrack's assignment, after correcting for rigid motion of the embryo."""

from __future__ import annotations

import warnings

import numpy as np
import numpy.typing as npt

from napari_devolearn.tracking.objects import Floats, Objects

Pairs = npt.NDArray[np.int64]
"""(K, 2): index into the objects of one frame and of the next."""

UNLINKED = 0.5
"""Cost of an object without a link, relative to that of a link of the maximum distance."""

SURE = 0.6
"""Movement, in diameters, up to which a link is certain."""

_ROUNDS = 3
_ENOUGH = 12
"""Minimum number of links to estimate the motion of the embryo."""


def link_frames(before: Objects, after: Objects, max_distance: float, wide: float) -> Pairs:
    """Link objects of two consecutive frames one to one.

    The assignment is repeated after a rigid motion estimated from the last links: a drifting stage and an
    embryo that rotates in its shell move all nuclei together.

    Parameters
    ----------
    before, after : Objects
    max_distance : float
        Largest movement between two frames, in diameters.
    wide : float
        Usual diameter, in um.

    Returns
    -------
    ndarray, (K, 2), int64
        The certain ones; longer movements may be daughters, which is decided later for the whole movie.
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
    return np.asarray(pairs[away <= SURE * wide])


def rigid_motion(before: Floats, after: Floats, pairs: Pairs) -> Floats:
    """Apply the rigid motion that fits the links best.

    Parameters
    ----------
    before, after : ndarray, (N, 3) and (M, 3), float64
    pairs : ndarray, (K, 2), int64

    Returns
    -------
    ndarray, (N, 3), float64
        By the least squares of Kabsch (1976, Acta Cryst. A 32, 922), of the better half of the links,
        so that dividing cells and wrong links do not count.
    """
    from scipy.spatial.transform import Rotation

    old, new = before[pairs[:, 0]], after[pairs[:, 1]]
    left = np.linalg.norm(new - old - np.median(new - old, axis=0), axis=1)
    good = left <= np.median(left)
    middle, target = old[good].mean(axis=0), new[good].mean(axis=0)
    turn, _ = Rotation.align_vectors(new[good] - target, old[good] - middle)
    return np.asarray(turn.apply(before - middle) + target)


def _assign(before: Floats, after: Floats, cutoff: float) -> Pairs:
    from laptrack import LapTrack

    # laptrack's default derives the cost limit from the links, and fails if all are 0
    alone = UNLINKED * cutoff**2
    tracker = LapTrack(
        cutoff=cutoff**2,
        gap_closing_cutoff=False,
        splitting_cutoff=False,
        merging_cutoff=False,
        track_start_cost=alone,
        track_end_cost=alone,
    )
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of pandas and NetworkX, about laptrack's own use of them
        edges = tracker.predict([before, after]).edges()
    pairs = [(int(min(a, b)[1]), int(max(a, b)[1])) for a, b in edges]
    return np.array(sorted(pairs), np.int64).reshape(-1, 2)
