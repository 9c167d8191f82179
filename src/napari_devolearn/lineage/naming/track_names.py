"""Name cells by Sulston's rules: from a few known names to all their descendants."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from napari_devolearn._types import Floats
from napari_devolearn.lineage.naming.sulston import BORN, Sulston, fit_rotation
from napari_devolearn.lineage.tracks import Track, Tracks

ENOUGH = 4
"""Minimum number of named cells to estimate the orientation; fewer cells lie in a plane, which is
ambiguous."""

_RECENT = 12  # number of frames before a division from which named cells are used for the orientation


class Name(NamedTuple):
    """Name of a track.

    `name`: Sulston's name; "" if unknown.
    `confidence`: 0.5 for a guess between two daughters, up to 1; never higher than the mother's.
    `given`: whether it was given manually; such names are kept.
    """

    name: str
    confidence: float = 1.0
    given: bool = False


@dataclass(frozen=True, eq=False)
class Places:
    """Positions of each track, frame by frame.

    `centers`: (Z, Y, X) in um, by track and frame.
    `minutes`: between two frames.
    """

    centers: Mapping[int, Mapping[int, Floats]]
    minutes: float = 1.0

    @classmethod
    def from_points(
        cls, points: Floats, voxel_size: tuple[float, float, float] = (1.0, 1.0, 1.0), minutes: float = 1.0
    ) -> Places:
        """Positions from the points of a Tracks layer, (N, 5): columns track, frame, z, y, x in voxels.

        `voxel_size`: (Z, Y, X) in um.
        `minutes`: between two frames; 1 is typical of recordings, for use if the interval is unknown.
        """
        centers: dict[int, dict[int, Floats]] = {}
        for row in points:
            centers.setdefault(int(row[0]), {})[int(row[1])] = row[2:5] * voxel_size
        return cls(centers, minutes)

    def near(self, track: int, frame: int) -> Floats | None:
        """Position of a track in a frame, or in its nearest frame."""
        frames = self.centers.get(track)
        return None if not frames else frames[min(frames, key=lambda one: abs(one - frame))]

    def at_birth(self, track: int) -> Floats | None:
        """Mean position in its first frames."""
        frames = self.centers.get(track)
        return None if not frames else np.mean([frames[t] for t in sorted(frames)[:BORN]], axis=0)


def name_tracks(
    tracks: Tracks, places: Places, known: Mapping[int, str | Name], sulston: Sulston
) -> dict[int, Name]:
    """Name the descendants of named tracks; tracks that cannot be named are missing in the result.

    A division of a named mother names her daughters, with at most her confidence: the direction between them
    is rotated so that the named cells around them fit the average embryo, and compared with that of real
    embryos. A known name of a descendant is kept, and its descendants are named after it.

    `known`: name of some tracks; text is a manual name.
    """
    names = {
        label: Name(name, 1.0, given=True) if isinstance(name, str) else name for label, name in known.items()
    }
    rows = {row.label: row for row in tracks.rows}
    mothers = {row.parent for row in tracks.rows if row.parent}
    for label in sorted(mothers, key=lambda one: rows[one].end):
        children = tracks.children(label)
        if label not in names:
            continue
        if len(children) == 1:  # a gap
            names.setdefault(children[0], names[label]._replace(given=False))
        elif len(children) == 2:
            _name_daughters(rows[label], children, places, names, rows, sulston)
    return names


def _name_daughters(
    row: Track,
    children: tuple[int, ...],
    places: Places,
    names: dict[int, Name],
    rows: Mapping[int, Track],
    sulston: Sulston,
) -> None:
    mother = names[row.label]
    pair = sulston.daughters(mother.name)
    free = [child for child in children if child not in names]
    if pair is None or not free:
        return
    if len(free) == 1:  # the other one was named manually
        other = names[next(child for child in children if child != free[0])].name
        left = [name for name in pair if name != other]
        names[free[0]] = Name(left[0], mother.confidence) if len(left) == 1 else Name("", 0.0)
        return
    one, two = (places.at_birth(child) for child in children)
    rotation = orientation(row.end, places, names, rows, sulston)
    if one is None or two is None or rotation is None:
        return
    apart = rotation @ (one - two)
    probability = _order_probability(
        apart / max(float(np.linalg.norm(apart)), 1e-9), sulston.axis[sulston.index[mother.name]]
    )
    first, second = children if probability >= 0.5 else children[::-1]
    confidence = mother.confidence * max(probability, 1 - probability)
    names[first], names[second] = Name(pair[0], confidence), Name(pair[1], confidence)


def _order_probability(direction: Floats, axis: Floats) -> float:
    """Probability that a direction is the mean one of real embryos, not the opposite.

    Directions are assumed to follow a von Mises-Fisher distribution, whose concentration is estimated from
    the length of the mean vector (Banerjee et al. 2005, J. Mach. Learn. Res. 6, 1345).
    """
    length = min(float(np.linalg.norm(axis)), 0.99)
    if length == 0:
        return 0.5
    concentration = length * (3 - length**2) / (1 - length**2)
    return float(1 / (1 + np.exp(-2 * concentration * float(direction @ axis) / length)))


def orientation(
    frame: int, places: Places, names: Mapping[int, Name], rows: Mapping[int, Track], sulston: Sulston
) -> Floats | None:
    """Rotation, (3, 3), from the embryo to the average one, by the cells named around a frame.

    None for fewer than four named cells.
    """
    positions, average = [], []
    for label, name in names.items():
        index = sulston.index.get(name.name)
        row = rows.get(label)
        if index is None or row is None or row.begin > frame or row.end < frame - _RECENT:
            continue
        position = places.near(label, frame)
        if position is not None:
            positions.append(position)
            average.append(sulston.position[index])
    if len(positions) < ENOUGH:
        return None
    return fit_rotation(np.array(positions), np.array(average))
