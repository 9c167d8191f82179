"""Name tracks that begin within a movie by the positions of named cells around them.

Otherwise all descendants of a missed division or a long gap would have no names.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import scipy

from napari_devolearn._types import Floats
from napari_devolearn.lineage.founders import ancestry
from napari_devolearn.lineage.naming.sulston import Sulston, fit_rotation
from napari_devolearn.lineage.naming.track_names import ENOUGH, Name, Places, name_tracks
from napari_devolearn.lineage.tracks import Track, Tracks

SETTLED = 2
"""Frames after its beginning in which a track is examined; short false objects have ended by then."""

_GUESS = 0.5  # confidence of such a name
_DISTINCT = 1.5  # minimum ratio of the distance to the next missing cell and the distance to the assigned one


def name_all_tracks(
    tracks: Tracks, places: Places, known: Mapping[int, str], sulston: Sulston
) -> dict[int, Name]:
    """Name tracks as `name_tracks` does, and then tracks without a mother.

    A track without a mother is named if exactly one missing cell of the average embryo is near; its
    confidence is `_GUESS`.
    """
    names = name_tracks(tracks, places, known, sulston)
    first = min((row.begin for row in tracks.rows), default=0)
    for row in sorted(tracks.rows, key=lambda one: one.begin):
        if row.label in names or row.parent or row.begin == first or row.end < row.begin + SETTLED:
            continue
        if cell := _nearest_cell(row, tracks.rows, places, names, sulston):
            names = name_tracks(tracks, places, names | {row.label: Name(cell, _GUESS)}, sulston)
    return names


def _nearest_cell(
    track: Track, rows: Sequence[Track], places: Places, names: Mapping[int, Name], sulston: Sulston
) -> str | None:
    """The only possible cell of a track, by its position; None if there is none or several."""
    frame = track.begin + SETTLED
    alive = [row.label for row in rows if row.begin <= frame <= row.end]
    without_mother = {row.label for row in rows if not row.parent}
    centers = {label: at for label in alive if (at := places.near(label, frame)) is not None}
    named = [k for k in centers if k in names and names[k].name in sulston.index]
    if len(named) < ENOUGH or track.label not in centers:
        return None
    points = np.array([centers[k] for k in named])
    average = sulston.position[[sulston.index[names[k].name] for k in named]]
    rotation = fit_rotation(points, average)
    unnamed = [k for k in centers if k not in names and k in without_mother]
    offsets = [rotation @ (centers[k] - points.mean(axis=0)) for k in unnamed]
    positions = np.array(offsets) + average.mean(axis=0)
    expected = sulston.alive(len(alive))
    taken = {names[k].name for k in named}
    free = [cell for cell in expected if not any(_related(cell, one) for one in taken)]
    if not free:
        return None
    position = sulston.position[[sulston.index[cell] for cell in free]]
    distance = np.linalg.norm(positions[:, None] - position, axis=2)
    return _assigned(distance, unnamed.index(track.label), free, _spacing(expected, sulston))


def _assigned(distance: Floats, which: int, cells: Sequence[str], farthest: float) -> str | None:
    """The cell assigned to a track if all unnamed tracks are assigned; None unless it is clearly nearest."""
    tracks, chosen = scipy.optimize.linear_sum_assignment(distance)
    if which not in tracks:
        return None
    cell = int(chosen[tracks.tolist().index(which)])
    left = np.delete(distance[which], chosen)
    near = distance[which, cell]
    if near > farthest or (len(left) and left.min() <= _DISTINCT * near):
        return None
    return cells[cell]


def _related(one: str, other: str) -> bool:
    """Whether two names are equal, or one is an ancestor of the other."""
    return one in ancestry(other) or other in ancestry(one)


def _spacing(cells: Sequence[str], sulston: Sulston) -> float:
    """Median distance of a cell of the average embryo to the nearest other one, in um."""
    if len(cells) < 2:
        return 0.0
    position = sulston.position[[sulston.index[cell] for cell in cells]]
    return float(np.median(scipy.spatial.cKDTree(position).query(position, k=2)[0][:, 1]))
