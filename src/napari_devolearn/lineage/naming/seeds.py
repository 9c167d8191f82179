"""Initial names: from the four-cell arrangement, or from the best match to the average embryo."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import permutations

import numpy as np
import scipy

from napari_devolearn._types import Floats
from napari_devolearn.lineage.founders import ancestry
from napari_devolearn.lineage.naming.sulston import Sulston, fit_rotation
from napari_devolearn.lineage.naming.track_names import Places
from napari_devolearn.lineage.tracks import Tracks

_TURNS = 400  # number of initial rotations of the match
_CONFLICT = 1000.0  # cost, in um, of a name that contradicts a manual one
_LATE_COST = 0.6  # cost, in um per minute, of a division earlier or later than in the average embryo
_FOUR = ("ABa", "ABp", "EMS", "P2")


def known_names(
    tracks: Tracks, places: Places, sulston: Sulston, given: Mapping[int, str] | None = None
) -> dict[int, str]:
    """Name the cells of one frame of an embryo; manual names (`given`) are kept and not contradicted.

    Names, by track, are those of the first frame with four nuclei (`name_four`), else of the first frame with
    nuclei, by the best match (`match_frame`).
    """
    given = given or {}
    frames = sorted({t for centers in places.centers.values() for t in centers})
    found: dict[int, str] = {}
    for t in frames:
        alive = [label for label, centers in places.centers.items() if t in centers]
        if len(alive) == len(_FOUR) and (found := name_four(tracks, places, t, alive, given)):
            break
    if not found and frames:
        found = match_frame(tracks, places, frames[0], sulston, given)
    return found | dict(given)


def name_four(
    tracks: Tracks, places: Places, frame: int, alive: list[int], given: Mapping[int, str] | None = None
) -> dict[int, str]:
    """Name the cells of the four-cell embryo by their positions and the order in which they divide.

    ABa and ABp divide first and together, then EMS, last P2. P2 is at the posterior pole, so ABa is the
    daughter of AB that is farther from it (Sulston et al. 1983, Dev. Biol. 100, 64).

    `alive`: the four tracks. Returns no names if fewer than three of them divide in the movie.
    """
    ends = {row.label: row.end for row in tracks.rows if row.label in tracks.divisions()}
    if sum(label in ends for label in alive) < 3:
        return {}
    early = sorted(alive, key=lambda label: ends.get(label, np.inf))
    center = {label: places.centers[label][frame] for label in alive}
    conflicts = dict(zip(alive, _conflicts(tracks, alive, _FOUR, given or {}), strict=True))

    def cost(order: tuple[int, ...]) -> float:
        late = sum(
            abs(early.index(label) - place) for label, place in zip(order, (0.5, 0.5, 2, 3), strict=True)
        )
        aba, abp, _, p2 = (center[label] for label in order)
        late += float(sum(conflicts[label][place] for place, label in enumerate(order)))
        return late + (1.0 if np.linalg.norm(aba - p2) < np.linalg.norm(abp - p2) else 0.0)

    cheapest = min(permutations(alive), key=cost)
    return dict(zip(cheapest, _FOUR, strict=True))


def match_frame(
    tracks: Tracks, places: Places, frame: int, sulston: Sulston, given: Mapping[int, str] | None = None
) -> dict[int, str]:
    """Match the cells of a frame to the average embryo by position and time of division.

    From many initial rotations, cells are assigned and the rotation is fitted to the assignment until it does
    not change.
    """
    labels = [label for label, centers in places.centers.items() if frame in centers]
    cells = sulston.alive(len(labels))
    observed = np.array([places.centers[label][frame] for label in labels])
    rows = [sulston.index[cell] for cell in cells]
    average = sulston.position[rows]
    observed, average = observed - observed.mean(axis=0), average - average.mean(axis=0)
    late = _division_costs(tracks, labels, frame, sulston.divides[rows], places.minutes)
    late += _conflicts(tracks, labels, cells, given or {})
    turns = scipy.spatial.transform.Rotation.random(_TURNS, rng=0).as_matrix()
    fits = (_settle(observed, average, late, turn) for turn in turns)
    _, pairs = min(fits, key=lambda fit: fit[0])
    return {labels[i]: cells[j] for i, j in pairs}


def _conflicts(
    tracks: Tracks, labels: Sequence[int], cells: Sequence[str], given: Mapping[int, str]
) -> Floats:
    """Cost of each pair of a track and a cell, from the manual names of the track and of its relatives."""
    parents = {row.label: row.parent for row in tracks.rows}
    cost = np.zeros((len(labels), len(cells)))
    for track, name in given.items():
        for i, label in enumerate(labels):
            for j, cell in enumerate(cells):
                same = label == track
                later = label in _ancestors(track, parents) and cell not in ancestry(name)
                earlier = track in _ancestors(label, parents) and name not in ancestry(cell)
                taken = cell == name and not same
                if (same and cell != name) or (not same and (later or earlier or taken)):
                    cost[i, j] = _CONFLICT
    return cost


def _ancestors(track: int, parents: Mapping[int, int]) -> set[int]:
    """A track and its ancestors."""
    line = set()
    while track and track not in line:
        line.add(track)
        track = parents.get(track, 0)
    return line


def _division_costs(tracks: Tracks, labels: list[int], frame: int, divides: Floats, minutes: float) -> Floats:
    """Cost of each pair by their division times, in minutes from the first division after the frame."""
    dividing = set(tracks.divisions())
    ends = {row.label: row.end for row in tracks.rows}
    observed = minutes * np.array([ends[label] - frame if label in dividing else np.nan for label in labels])
    if np.isnan(observed).all():
        return np.zeros((len(labels), len(divides)))
    last = minutes * (max((row.end for row in tracks.rows), default=frame) - frame)
    observed = np.where(np.isnan(observed), last, observed) - np.nanmin(observed)
    average = np.minimum(divides - divides.min(), last)
    return np.asarray(_LATE_COST * np.minimum(np.abs(observed[:, None] - average), 20))


def _settle(
    observed: Floats, average: Floats, late: Floats, turn: Floats
) -> tuple[float, list[tuple[int, int]]]:
    pairs: list[tuple[int, int]] = []
    cost = np.inf
    for _ in range(12):
        moved = observed @ turn.T
        away = np.linalg.norm(moved[:, None] - average, axis=2) + late
        i, j = scipy.optimize.linear_sum_assignment(away)
        found = list(zip(i.tolist(), j.tolist(), strict=True))
        cost = float(away[i, j].mean())
        if found == pairs or len(found) < 3:
            break
        pairs = found
        turn = fit_rotation(observed[i], average[j])
    return cost, pairs
