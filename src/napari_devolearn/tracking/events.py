"""What can have happened where a tracklet begins: it goes on from another one, or was born.

Costs are negative logarithms of likelihoods, up to a constant: half the square of how far something is
from what is expected, in standard deviations.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np

from napari_devolearn.tracking.objects import Floats
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.tracking.tracklets import Tracklet

STEP = 0.2
"""Standard deviation, along each axis, of a nucleus's move in a frame, in diameters: 0.6 um a minute
for nuclei 3.5 um wide (median over the positions of EPIC, Murray et al. 2012)."""

JITTER = 0.12
"""That of the centre of a segmented nucleus, in diameters."""

APART, APART_SPREAD = 1.05, 0.4
"""Distance of two daughters in the frame where there are two, and its standard deviation, in diameters:
0.9 (2 to 15 nuclei) to 1.25 (200 to 350 nuclei) in EPIC's positions."""

MIDDLE_SPREAD = 0.15
"""Standard deviation, along each axis, of the daughters' middle from where their mother was."""

MISS, HIDDEN, DIVISION = 3.5, 0.7, 0.5
"""Costs of a frame where a nucleus was missed (3 in 100 are), of one where it hides in a label that
covers two, and of a division."""

UNLIKELY = 9.0
"""Cost from which on a division is not considered."""

LIKELIEST = 6
"""Events considered at the beginning of one tracklet."""

LATE = 2
"""Frames by which one daughter may be seen later than the other."""

REACH = 2.2
"""How far from its mother, in diameters, a daughter may be first seen."""


class Event(NamedTuple):
    """One way in which tracklets hang together.

    Parameters
    ----------
    cost : float
    mother : int
        Index of the tracklet before.
    frame : int
        Last frame of the mother: she ends there, or is cut after it.
    children : tuple of int
        Indices of the tracklets that begin: one for a gap, two for a division, one for a division
        where the mother's own tracklet goes on as the other daughter.
    cut : bool
        Whether the mother's tracklet goes on as a daughter.
    """

    cost: float
    mother: int
    frame: int
    children: tuple[int, ...]
    cut: bool = False


def find_events(
    tracklets: Sequence[Tracklet], diameters: Floats, merged: Sequence[Floats], params: LinkParams
) -> list[Event]:
    """List what can have happened at the beginning of each tracklet.

    Parameters
    ----------
    tracklets : sequence of Tracklet
    diameters : ndarray, (T,), float64
        Median diameter of the objects around each frame, in um.
    merged : sequence of ndarray, (K, 3)
        Centres, in each frame, of labels that cover two objects and are in no tracklet.
    params : LinkParams

    Returns
    -------
    list of Event
    """
    living: list[list[int]] = [[] for _ in diameters]
    beginning: list[list[int]] = [[] for _ in diameters]
    for k, one in enumerate(tracklets):
        beginning[one.begin].append(k)
        for frame in range(one.begin, one.end + 1):
            living[frame].append(k)
    events: list[Event] = []
    for k in range(len(tracklets)):
        at_k = sorted(_events_at(tracklets, k, living, beginning, diameters, merged, params))
        events += at_k[:LIKELIEST]
    return events


def _events_at(
    tracklets: Sequence[Tracklet],
    k: int,
    living: Sequence[Sequence[int]],
    beginning: Sequence[Sequence[int]],
    diameters: Floats,
    merged: Sequence[Floats],
    params: LinkParams,
) -> Iterator[Event]:
    """What can have happened where tracklet k begins."""
    one = tracklets[k]
    wide = float(diameters[one.begin])
    late = [s for t in range(one.begin, min(one.begin + LATE + 1, len(diameters))) for s in beginning[t]]
    for wait in range(1, min(params.max_gap + 1, one.begin) + 1):
        frame = one.begin - wait
        for m in living[frame]:
            if _distance(tracklets[m], frame, one, one.begin) > REACH * wide:
                continue
            if tracklets[m].end > frame:
                found = [_budding(tracklets, m, frame, k, wide)] if params.divisions else []
            else:
                found = list(_divisions(tracklets, m, k, late, wide)) if params.divisions else []
                found += [_gap(tracklets, m, k, wide, merged, params)]
            yield from (event for event in found if event is not None)


def _distance(one: Tracklet, at: int, other: Tracklet, then: int) -> float:
    return float(np.linalg.norm(other.center(then) - one.center(at)))


def _gap(
    tracklets: Sequence[Tracklet], m: int, k: int, wide: float, merged: Sequence[Floats], params: LinkParams
) -> Event | None:
    before, after = tracklets[m], tracklets[k]
    frames = after.begin - before.end
    variance = frames * STEP**2 + 2 * JITTER**2
    far = _distance(before, before.end, after, after.begin) / wide
    if far > params.reach * np.sqrt(frames):
        return None
    missed = sum(
        HIDDEN
        if _hides(before.centers[-1], after.centers[0], step / frames, merged[before.end + step], wide)
        else MISS
        for step in range(1, frames)
    )
    return Event(missed + far**2 / (2 * variance), m, before.end, (k,))


def _hides(one: Floats, other: Floats, part: float, merged: Floats, wide: float) -> bool:
    """Whether a label that covers two objects lies on the way from one place to another."""
    away = np.linalg.norm(merged - (one + part * (other - one)), axis=1)
    return bool((away < wide).any())


def _divisions(
    tracklets: Sequence[Tracklet], m: int, k: int, others: Sequence[int], wide: float
) -> Iterator[Event]:
    """The mother ends, and two tracklets begin."""
    mother, first = tracklets[m], tracklets[k]
    for s in others:
        second = tracklets[s]
        if s == k or (second.begin == first.begin and s < k):
            continue
        seen = min(second.begin, first.end)
        pair = first.center(seen), second.center(second.begin)
        cost = _birth(mother.centers[-1], *pair, second.begin - mother.end, wide)
        if cost < np.inf:
            yield Event(cost, m, mother.end, (k, s))


def _budding(tracklets: Sequence[Tracklet], m: int, frame: int, k: int, wide: float) -> Event | None:
    """The mother's tracklet goes on as one daughter, and another one begins."""
    mother, second = tracklets[m], tracklets[k]
    seen = second.begin
    if mother.end < seen:
        return None
    cost = _birth(mother.center(frame), mother.center(seen), second.center(seen), seen - frame, wide)
    return Event(cost, m, frame, (k,), cut=True) if cost < np.inf else None


def _birth(mother: Floats, one: Floats, other: Floats, frames: int, wide: float) -> float:
    off = float(np.linalg.norm((one + other) / 2 - mother)) / wide
    apart = float(np.linalg.norm(one - other)) / wide
    variance = MIDDLE_SPREAD**2 + (frames - 1) * STEP**2 / 2
    expected = APART + 0.1 * (frames - 1)
    cost = off**2 / (2 * variance) + (apart - expected) ** 2 / (2 * APART_SPREAD**2)
    return DIVISION + MISS * (frames - 1) + cost if cost < UNLIKELY else np.inf
