"""Segments: tracklets cut at divisions, each with its predecessor."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from napari_devolearn.tracking.events import Event
from napari_devolearn.tracking.tracklets import Tracklet


@dataclass(frozen=True)
class Segment:
    """A cell, or the part of its life up to a gap.

    `begin`: index of its first frame.
    `nodes`: index of the object in each of its frames.
    `mother`: index of the mother's segment.
    `gap_from`: index of the segment that it continues after a gap.
    """

    begin: int
    nodes: tuple[int, ...]
    mother: int | None = None
    gap_from: int | None = None

    @property
    def end(self) -> int:
        """Index of its last frame."""
        return self.begin + len(self.nodes) - 1


def cut_segments(
    tracklets: Sequence[Tracklet], events: Sequence[Event], kept: Sequence[bool]
) -> list[Segment]:
    """Cut tracklets at divisions and connect the segments.

    Sorted by first frame, so that predecessors come first, then by object. `kept` holds whether to use each
    tracklet.
    """
    cuts: defaultdict[int, set[int]] = defaultdict(set)
    for event in events:
        if event.cut:
            cuts[event.mother].add(event.frame)
    pieces = sorted(
        (begin, one.nodes[begin - one.begin], k, end)
        for k, one in enumerate(tracklets)
        if kept[k]
        for begin, end in _pieces(one, sorted(cuts[k]))
    )
    place = {(k, end): i for i, (_, _, k, end) in enumerate(pieces)}
    came_from = {
        child: (place[event.mother, event.frame], event) for event in events for child in event.children
    }
    segments = []
    for begin, _, k, end in pieces:
        one = tracklets[k]
        mother, gap_from = None, None
        if begin > one.begin:  # the mother's own tracklet continues as this daughter
            mother = place[k, begin - 1]
        elif k in came_from:
            before, event = came_from[k]
            is_gap = len(event.children) == 1 and not event.cut
            mother, gap_from = (None, before) if is_gap else (before, None)
        nodes = one.nodes[begin - one.begin : end - one.begin + 1]
        segments.append(Segment(begin, nodes, mother, gap_from))
    return segments


def _pieces(one: Tracklet, cuts: Sequence[int]) -> list[tuple[int, int]]:
    begins = [one.begin, *(cut + 1 for cut in cuts)]
    return list(zip(begins, [*cuts, one.end], strict=True))
