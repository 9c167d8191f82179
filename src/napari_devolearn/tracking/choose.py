"""Choose the minimum-cost set of consistent events, by an integer program."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence

import numpy as np
import scipy

from napari_devolearn.tracking.events import Event
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.tracking.tracklets import Tracklet

APPEAR, VANISH = 10.0, 8.0
"""Cost of a track that begins or ends without a cause, which does not happen in an embryo."""

_CYCLE = 6  # minimum lifetime of a cell before it divides, in frames


def choose_events(
    tracklets: Sequence[Tracklet], events: Sequence[Event], frames: int, params: LinkParams
) -> tuple[list[Event], list[bool]]:
    """Choose the events that explain the tracklets at minimum cost, and the tracklets that are kept.

    Every tracklet is kept or removed as a false object. A kept tracklet has one beginning and one end: none,
    an earlier or later tracklet, or a division. This is an integer program, solved by HiGHS.

    `frames`: number of frames of the movie; to begin in the first or end in the last costs nothing.
    Raises RuntimeError if the solver finds no solution, which should not happen.
    """
    if not tracklets:
        return [], []
    n, e = len(tracklets), len(events)
    # variables: event happened (e), tracklet kept (n), appeared (n), vanished (n)
    cost = np.concatenate([[event.cost for event in events], *_tracklet_costs(tracklets, frames, params)])
    rows: list[tuple[int, int, float]] = []
    low: list[float] = []
    high: list[float] = []

    def add(terms: Sequence[tuple[int, float]], minimum: float, maximum: float) -> None:
        rows.extend((len(low), column, factor) for column, factor in terms)
        low.append(minimum)
        high.append(maximum)

    into, out, cuts = _by_tracklet(events)
    for k in range(n):
        add([*((i, 1.0) for i in into[k]), (e + n + k, 1.0), (e + k, -1.0)], 0, 0)
        add([*((i, 1.0) for i in out[k]), (e + 2 * n + k, 1.0), (e + k, -1.0)], 0, 0)
    for k, divisions in cuts.items():
        for i in divisions:
            add([(i, 1.0), (e + k, -1.0)], -1, 0)
        for conflicting in _too_close(events, divisions):
            add([(i, 1.0) for i in conflicting], 0, 1)
    row, column, factor = zip(*rows, strict=True)
    matrix = scipy.sparse.coo_array((factor, (row, column)), shape=(len(low), e + 3 * n)).tocsr()
    solved = scipy.optimize.milp(
        cost,
        constraints=scipy.optimize.LinearConstraint(matrix, low, high),
        integrality=np.ones(len(cost)),
        bounds=scipy.optimize.Bounds(0, 1),
        options={"mip_rel_gap": 1e-4},
    )
    if solved.x is None:
        raise RuntimeError(f"linking: no solution ({solved.message})")
    happened = solved.x > 0.5
    return [event for event, yes in zip(events, happened, strict=False) if yes], happened[e : e + n].tolist()


def _tracklet_costs(
    tracklets: Sequence[Tracklet], frames: int, params: LinkParams
) -> tuple[list[float], list[float], list[float]]:
    """Costs of keeping each tracklet, and of its appearing and vanishing without a cause."""
    # a tracklet without a cause is removed only if it is shorter than the minimum; tracklets at the
    # beginning or end of the movie may be short
    per_frame = (APPEAR + VANISH) / (params.min_track_length - 0.1)
    at_ends = [one.begin == 0 or one.end == frames - 1 for one in tracklets]
    kept = [
        -(APPEAR + VANISH if at_end else per_frame) * len(one)
        for one, at_end in zip(tracklets, at_ends, strict=True)
    ]
    appeared = [APPEAR if one.begin else 0.0 for one in tracklets]
    vanished = [VANISH if one.end < frames - 1 else 0.0 for one in tracklets]
    return kept, appeared, vanished


def _by_tracklet(
    events: Sequence[Event],
) -> tuple[defaultdict[int, list[int]], defaultdict[int, list[int]], defaultdict[int, list[int]]]:
    into: defaultdict[int, list[int]] = defaultdict(list)
    out: defaultdict[int, list[int]] = defaultdict(list)
    cuts: defaultdict[int, list[int]] = defaultdict(list)
    for i, event in enumerate(events):
        for child in event.children:
            into[child].append(i)
        (cuts if event.cut else out)[event.mother].append(i)
    return into, out, cuts


def _too_close(events: Sequence[Event], cuts: Sequence[int]) -> list[list[int]]:
    """Groups of divisions of one tracklet that are too close in time."""
    ordered = sorted(cuts, key=lambda i: events[i].frame)
    groups = []
    for first, i in enumerate(ordered):
        near = [j for j in ordered[first:] if events[j].frame < events[i].frame + _CYCLE]
        if len(near) > 1:
            groups.append(near)
    return groups
