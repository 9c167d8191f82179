"""Result of linking: the track of each label in each frame, and the objects to draw in gaps."""

from __future__ import annotations

from collections.abc import Sequence
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
    """Tracks of the labels of one frame.

    `tracks`: label to track; other labels are false objects.
    `shared`: label that covers several objects, and these.
    `missing`: objects that no label covers.
    """

    tracks: dict[int, int]
    shared: dict[int, list[Missing]]
    missing: list[Missing]


@dataclass(frozen=True, eq=False)
class Linking:
    """Result of linking, without voxels.

    `tracks`: frames count from 0.
    `steps`: one per frame.
    """

    tracks: Tracks
    steps: tuple[Step, ...]

    def relabel(self, index: int, frame: npt.NDArray[Any], voxel_size: VoxelSize) -> Labels:
        """Labels of a frame as track IDs, without false objects and with missing objects drawn.

        `frame`: (Z, Y, X) or (Y, X), integer: the labels that were linked.
        `voxel_size`: (Z, Y, X) in um.
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
    tracklets: Sequence[Tracklet],
    events: Sequence[Event],
    kept: Sequence[bool],
    params: LinkParams,
) -> Linking:
    """Number the tracks and assign the labels to them; `kept` holds whether each tracklet is kept."""
    segments = cut_segments(tracklets, events, kept)
    number, rows = _number(segments, fill=params.fill_gaps)
    steps = tuple(Step({}, {}, []) for _ in frames)
    cut = [_cut_labels(one) for one in frames]
    for segment, track in zip(segments, number, strict=True):
        for t, node in zip(range(segment.begin, segment.end + 1), segment.nodes, strict=True):
            label = int(frames[t].labels[node])
            if label in cut[t]:
                half = Missing(track, frames[t].centers[node], frames[t].spreads[node])
                steps[t].shared.setdefault(label, []).append(half)
            else:
                steps[t].tracks[label] = track
        if params.fill_gaps and segment.gap_from is not None:
            _fill_gap(steps, frames, segments[segment.gap_from], segment, track)
    return Linking(Tracks(tuple(rows)), steps)


def _cut_labels(objects: Objects) -> set[int]:
    labels, times = np.unique(objects.labels, return_counts=True)
    return set(labels[times > 1].tolist())


def _number(segments: Sequence[Segment], *, fill: bool) -> tuple[list[int], list[Track]]:
    """Track of each segment, and the rows of the track table.

    A segment that continues another one without a gap, or with a filled gap, has the same track.
    """
    number: list[int] = []
    rows: list[Track] = []
    for segment in segments:
        continues = segment.gap_from is not None and (
            fill or segments[segment.gap_from].end + 1 == segment.begin
        )
        if continues and segment.gap_from is not None:
            label = number[segment.gap_from]
            rows[label - 1] = rows[label - 1]._replace(end=segment.end)
        else:
            before = segment.gap_from if segment.mother is None else segment.mother
            label = len(rows) + 1
            rows.append(Track(label, segment.begin, segment.end, 0 if before is None else number[before]))
        number.append(label)
    return number, rows


def _fill_gap(
    steps: Sequence[Step], objects: Sequence[Objects], before: Segment, after: Segment, label: int
) -> None:
    a, b = objects[before.end], objects[after.begin]
    i, j = before.nodes[-1], after.nodes[0]
    for t in range(before.end + 1, after.begin):
        fraction = (t - before.end) / (after.begin - before.end)
        center = (1 - fraction) * a.centers[i] + fraction * b.centers[j]
        half = (1 - fraction) * a.spreads[i] + fraction * b.spreads[j]
        steps[t].missing.append(Missing(label, center, half))
