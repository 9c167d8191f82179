"""Linking: which track each label of each frame belongs to, and what is to be drawn in gaps."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Labels, VoxelSize
from napari_devolearn.lineage.tracks import Track, Tracks
from napari_devolearn.tracking.events import Event
from napari_devolearn.tracking.fill import Missing, draw_missing, split_label
from napari_devolearn.tracking.objects import Objects
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.tracking.segments import Segment, cut_segments
from napari_devolearn.tracking.tracklets import Tracklet


class Step(NamedTuple):
    """What becomes of the labels of one frame.

    Parameters
    ----------
    tracks : dict of int to int
        Label to track; labels that are not named are specks.
    shared : dict of int to list of Missing
        Label that covers several objects, and these.
    missing : list of Missing
        Objects that no label covers.
    """

    tracks: Mapping[int, int]
    shared: Mapping[int, Sequence[Missing]]
    missing: Sequence[Missing]


@dataclass(frozen=True, eq=False)
class Linking:
    """The result of linking, without any voxel.

    Parameters
    ----------
    tracks : Tracks
        Frames count from 0.
    steps : tuple of Step
        One for each frame.
    """

    tracks: Tracks
    steps: tuple[Step, ...]

    def relabel(self, index: int, frame: npt.NDArray[Any], voxel_size: VoxelSize) -> Labels:
        """Give a frame the numbers of its tracks.

        Parameters
        ----------
        index : int
            Of the frame.
        frame : ndarray, (Z, Y, X) or (Y, X), integer
            The labels that were linked.
        voxel_size : tuple of float
            (Z, Y, X) in um.

        Returns
        -------
        ndarray, same shape, uint32
            Specks are gone, and objects missed in a gap are drawn.
        """
        step = self.steps[index]
        found, at = np.unique(frame, return_inverse=True)
        numbers = np.array([step.tracks.get(int(label), 0) for label in found], np.uint32)
        labels: Labels = numbers[at].reshape(frame.shape)
        for label, objects in step.shared.items():
            split_label(labels, frame == label, objects, voxel_size)
        draw_missing(labels, step.missing, voxel_size)
        return labels


def make_linking(
    frames: Sequence[Objects],
    left: Sequence[Objects],
    tracklets: Sequence[Tracklet],
    events: Sequence[Event],
    kept: Sequence[bool],
    merged: Sequence[tuple[int, int]],
    params: LinkParams,
) -> Linking:
    """Number the tracks and say what becomes of each label.

    Parameters
    ----------
    frames, left : sequence of Objects
        All objects, and those in tracklets.
    tracklets : sequence of Tracklet
    events : sequence of Event
        Those that happened.
    kept : sequence of bool
        Which tracklets are no specks.
    merged : sequence of (int, int)
        Frame and object of labels that cover several objects.
    params : LinkParams

    Returns
    -------
    Linking
    """
    segments = cut_segments(tracklets, events, kept)
    number, rows = _number(segments, fill=params.fill_gaps)
    tracks: list[dict[int, int]] = [{} for _ in frames]
    for segment, label in zip(segments, number, strict=True):
        for t, node in zip(range(segment.begin, segment.end + 1), segment.nodes, strict=True):
            tracks[t][int(left[t].labels[node])] = label
    missing: list[list[Missing]] = [[] for _ in frames]
    if params.fill_gaps:
        for segment, label in zip(segments, number, strict=True):
            if segment.gap_from is not None:
                _fill_gap(missing, left, segments[segment.gap_from], segment, label)
    shared = _share(frames, merged, missing)
    steps = (Step(*step) for step in zip(tracks, shared, missing, strict=True))
    return Linking(Tracks(tuple(rows)), tuple(steps))


def _number(segments: Sequence[Segment], *, fill: bool) -> tuple[list[int], list[Track]]:
    """Track of each segment; one that goes on from another without a gap, or with a filled one, has its."""
    number: list[int] = []
    rows: list[Track] = []
    for segment in segments:
        goes_on = segment.gap_from is not None and (
            fill or segments[segment.gap_from].end + 1 == segment.begin
        )
        if goes_on and segment.gap_from is not None:
            label = number[segment.gap_from]
            rows[label - 1] = rows[label - 1]._replace(end=segment.end)
        else:
            before = segment.gap_from if segment.mother is None else segment.mother
            label = len(rows) + 1
            rows.append(Track(label, segment.begin, segment.end, 0 if before is None else number[before]))
        number.append(label)
    return number, rows


def _fill_gap(
    missing: list[list[Missing]], objects: Sequence[Objects], before: Segment, after: Segment, label: int
) -> None:
    a, b = objects[before.end], objects[after.begin]
    i, j = before.nodes[-1], after.nodes[0]
    for t in range(before.end + 1, after.begin):
        part = (t - before.end) / (after.begin - before.end)
        center = (1 - part) * a.centers[i] + part * b.centers[j]
        half = (1 - part) * a.spreads[i] + part * b.spreads[j]
        missing[t].append(Missing(label, center, half))


def _share(
    frames: Sequence[Objects], merged: Sequence[tuple[int, int]], missing: list[list[Missing]]
) -> list[dict[int, list[Missing]]]:
    """Find what lies in each label that covers several, and take it from what no label covers."""
    shared: list[defaultdict[int, list[Missing]]] = [defaultdict(list) for _ in frames]
    for t in {t for t, _ in merged}:
        nodes = [node for at, node in merged if at == t]
        centers = frames[t].centers[nodes]
        wide = float(np.median(frames[t].diameters))
        uncovered = []
        for one in missing[t]:
            away = np.linalg.norm(centers - one.center, axis=1)
            if away.min() < wide:
                shared[t][int(frames[t].labels[nodes[int(away.argmin())]])].append(one)
            else:
                uncovered.append(one)
        missing[t] = uncovered
    return [dict(one) for one in shared]
