"""Possible events at the beginning of a tracklet: a gap or a division.

Costs are negative log-likelihoods, up to a constant: half the squared deviation from the expected value, in
standard deviations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from napari_devolearn._types import Floats
from napari_devolearn.tracking.division_cost import MISS, division_cost
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.tracking.steps import Steps
from napari_devolearn.tracking.tracklets import Tracklet

STEP = 0.2
"""Standard deviation of a nucleus's movement per frame along each axis, in diameters: 0.6 um per minute for
nuclei 3.5 um wide (median of the positions of EPIC, Murray et al. 2012)."""

_JITTER = 0.12  # standard deviation of the centre of a segmented nucleus, in diameters

UNLIKELY = 18.0
"""Maximum cost of a division: that of one track without a beginning and one without an end, which it
replaces."""

_LIKELIEST = 6  # maximum number of events considered at the beginning of a tracklet

LEAP = 1.5
"""Maximum distance from the expected position, in units of `max_distance`: in young embryos some nuclei move
by more than their diameter per minute."""

_LATE = 2  # maximum number of frames between the first appearances of two daughters

REACH = 2.2
"""Maximum distance of a new daughter from its mother, in diameters."""


class Event(NamedTuple):
    """A possible connection of tracklets.

    `mother`: index of the earlier tracklet.
    `frame`: last frame of the mother: she ends there, or is cut after it.
    `children`: indices of the tracklets that begin: one for a gap, two for a division, one for a division in
    which the mother's own tracklet continues as the other daughter.
    `cut`: whether the mother's tracklet continues as a daughter.
    """

    cost: float
    mother: int
    frame: int
    children: tuple[int, ...]
    cut: bool = False


def iter_events(tracklets: Sequence[Tracklet], diameters: Floats, params: LinkParams) -> Steps[list[Event]]:
    """List the possible events at the beginning of each tracklet; yields the completed fraction of the work.

    `diameters`: (T,), float64: median diameter of the objects around each frame, in um.
    """
    in_frames = _FrameTracklets(tracklets, len(diameters))
    events: list[Event] = []
    for k in range(len(tracklets)):
        at_k = sorted(_events_at(tracklets, k, in_frames, diameters, params))
        events += at_k[:_LIKELIEST]
        yield (k + 1) / len(tracklets)
    return events


class _FrameTracklets:
    """Tracklets of each frame, with their positions."""

    def __init__(self, tracklets: Sequence[Tracklet], frames: int) -> None:
        self.beginning: list[list[int]] = [[] for _ in range(frames)]
        self._numbers: list[list[int]] = [[] for _ in range(frames)]
        places: list[list[Floats]] = [[] for _ in range(frames)]
        for k, one in enumerate(tracklets):
            self.beginning[one.begin].append(k)
            for frame, center in enumerate(one.centers, start=one.begin):
                self._numbers[frame].append(k)
                places[frame].append(center)
        self._places = [np.array(one).reshape(-1, 3) for one in places]

    def near(self, place: Floats, frame: int, distance: float) -> list[int]:
        """Tracklets within a distance of a position in a frame."""
        away = np.linalg.norm(self._places[frame] - place, axis=1)
        return [self._numbers[frame][i] for i in np.flatnonzero(away <= distance)]


def _events_at(
    tracklets: Sequence[Tracklet], k: int, in_frames: _FrameTracklets, diameters: Floats, params: LinkParams
) -> Iterator[Event]:
    """Possible events at the beginning of tracklet k."""
    one = tracklets[k]
    diameter = float(diameters[one.begin])
    soon = range(one.begin, min(one.begin + _LATE + 1, len(diameters)))
    late = [s for t in soon for s in in_frames.beginning[t]]
    late = [
        s for s in late if np.linalg.norm(tracklets[s].centers[0] - one.centers[0]) < 2 * REACH * diameter
    ]
    for wait in range(1, min(params.max_gap + 1, one.begin) + 1):
        frame = one.begin - wait
        for m in in_frames.near(one.centers[0], frame, REACH * diameter):
            if tracklets[m].end > frame:
                found = [_continued_division(tracklets, m, frame, k, diameter)] if params.divisions else []
            else:
                found = list(_divisions(tracklets, m, k, late, diameter)) if params.divisions else []
                found += [_gap(tracklets, m, k, diameter, params)]
            yield from (event for event in found if event is not None)


def _gap(tracklets: Sequence[Tracklet], m: int, k: int, diameter: float, params: LinkParams) -> Event | None:
    before, after = tracklets[m], tracklets[k]
    frames = after.begin - before.end
    variance = frames * STEP**2 + 2 * _JITTER**2
    expected = before.centers[-1] + frames * before.drifts[-1]
    far = float(np.linalg.norm(after.centers[0] - expected)) / diameter
    if far > LEAP * params.max_distance * np.sqrt(frames):
        return None
    return Event(MISS * (frames - 1) + far**2 / (2 * variance), m, before.end, (k,))


def _divisions(
    tracklets: Sequence[Tracklet], m: int, k: int, others: Sequence[int], diameter: float
) -> Iterator[Event]:
    """Divisions in which the mother's tracklet ends and two tracklets begin."""
    mother, first = tracklets[m], tracklets[k]
    for s in others:
        second = tracklets[s]
        if s == k or (second.begin == first.begin and s < k):
            continue
        first_frame = min(second.begin, first.end)
        cost = division_cost(mother, mother.end, (first, first_frame), (second, second.begin), diameter)
        if cost < UNLIKELY:
            yield Event(cost, m, mother.end, (k, s))


def _continued_division(
    tracklets: Sequence[Tracklet], m: int, frame: int, k: int, diameter: float
) -> Event | None:
    """Division in which the mother's tracklet continues as one daughter, and another tracklet begins."""
    mother, second = tracklets[m], tracklets[k]
    first_frame = second.begin
    if mother.end < first_frame:
        return None
    cost = division_cost(mother, frame, (mother, first_frame), (second, first_frame), diameter)
    return Event(cost, m, frame, (k,), cut=True) if cost < UNLIKELY else None
