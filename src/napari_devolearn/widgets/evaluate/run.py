"""Compare two labels layers, frame by frame, in a worker thread."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from napari.layers import Labels
from napari.layers import Tracks as TracksLayer

from napari_devolearn.evaluation.compare import FrameRange, pair_frames
from napari_devolearn.evaluation.inspect import InspectedFrame, Place, inspect_frame
from napari_devolearn.evaluation.mistakes import Kind
from napari_devolearn.evaluation.overlap import Scores
from napari_devolearn.evaluation.report import Report
from napari_devolearn.evaluation.tracking import WrongDivisions, tracking_scores, wrong_divisions
from napari_devolearn.io.core.gaps import frame_ranges
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.widgets.evaluate.source import (
    MistakeMaps,
    frames_of_layer,
    tracks_of_layer,
    truth_of_layer,
)

if TYPE_CHECKING:
    import pandas as pd


@dataclass(frozen=True, kw_only=True, eq=False)
class Sides:
    """What to compare."""

    result: Labels
    truth: Labels
    result_tracks: TracksLayer | None = None
    truth_tracks: TracksLayer | None = None
    # ground truth whose objects DET, TRA and LNK count, if it is not `truth`
    markers: Labels | None = None
    frames: FrameRange | None = None  # frame numbers from the first up to, but not including, the second


@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluated:
    """Result of a comparison."""

    sides: Sides
    report: Report
    total: Scores  # scores of all frames
    by_frame: Mapping[int, Scores]  # scores of each frame, by its number in the ground truth
    # as `InspectedFrame.objects`, of all frames, with ``result_frame``; the worst come first
    objects: pd.DataFrame
    maps: MistakeMaps
    # frame and place (z, y, x) of the mothers whose division was "false_negative" or "false_positive"
    divisions: Mapping[Kind, list[tuple[int, Place]]] = field(default_factory=dict)
    notes: tuple[str, ...] = ()  # notes about the scores


def iter_evaluate(sides: Sides) -> Iterator[int | Evaluated | None]:
    """Compare two labels layers.

    Yields the number of frames, None for each, then Evaluated. Raises ImageFormatError or CTCFormatError if
    the two do not match.
    """
    found, truth = frames_of_layer(sides.result), truth_of_layer(sides.truth)
    markers = truth_of_layer(sides.markers) if sides.markers is not None else None
    pairs = pair_frames(found, truth, sides.frames)
    of_markers = [(markers, pair) for pair in pair_frames(found, markers, sides.frames)] if markers else []
    yield len(pairs) + len(of_markers)
    maps, shapes, presence = MistakeMaps(sides.result, sides.truth), [], []
    for pair in pairs:
        inspected = inspect_frame(found, truth, pair)
        maps.draw(inspected)
        shapes.append(replace(inspected, crops={}))  # drawn already, and too large to keep for a whole movie
        yield None
    for other, pair in of_markers:
        presence.append(replace(inspect_frame(found, other, pair), crops={}))
        yield None
    yield _conclude(sides, maps, shapes, presence)


def _conclude(
    sides: Sides, maps: MistakeMaps, shapes: list[InspectedFrame], presence: list[InspectedFrame]
) -> Evaluated:
    import pandas as pd

    report = Report(
        result=Path(sides.result.name),
        truth=Path(sides.truth.name),
        markers=Path(sides.markers.name) if sides.markers is not None else None,
        shapes={one.pair: one.overlap for one in shapes},
        presence={one.pair: one.overlap for one in presence},
    )
    notes, wrong = _score_tracks(sides, report, presence or shapes)
    if empty := [one.pair.truth for one in shapes if not len(one.overlap.ground_truth)]:
        frames = "frame" if len(empty) == 1 else "frames"
        notes = [*notes, f"the ground truth has no object in {frames} {frame_ranges(empty)}"]
    tables = [one.objects.assign(result_frame=one.pair.result) for one in shapes]
    table = pd.concat(tables, ignore_index=True)
    return Evaluated(
        sides=sides,
        report=report,
        total=report.total,
        by_frame=report.frames,
        objects=table.sort_values(["iou", "frame", "ground_truth"], kind="stable", ignore_index=True),
        maps=maps,
        divisions=wrong,
        notes=tuple(notes),
    )


def _score_tracks(
    sides: Sides, report: Report, frames: list[InspectedFrame]
) -> tuple[list[str], dict[Kind, list[tuple[int, Place]]]]:
    """Add the scores of the tracks to a report; returns why it was not possible, and the wrong divisions."""
    if sides.result_tracks is None or sides.truth_tracks is None:
        return [], {}
    if sides.frames is not None:
        return ["tracks are not scored: choose all frames to score them"], {}
    if any(one.pair.result != one.pair.truth for one in frames):
        return ["tracks are not scored: frame numbers differ between result and ground truth"], {}
    overlaps = {one.pair.truth: one.overlap for one in frames}
    try:
        found = tracks_of_layer(sides.result_tracks, sides.result)
        true = tracks_of_layer(sides.truth_tracks, sides.markers or sides.truth)
        report.tracking.update(tracking_scores(overlaps, found, true))
    except ValueError as error:
        return [f"tracks are not scored: {error}"], {}
    return [], _places(wrong_divisions(overlaps, found, true), found, true, frames)


def _places(
    wrong: WrongDivisions, found: Tracks, true: Tracks, frames: list[InspectedFrame]
) -> dict[Kind, list[tuple[int, Place]]]:
    by_number = {one.pair.truth: one for one in frames}

    def true_place(frame: int, label: int) -> Place:
        objects = by_number[frame].objects
        row = objects.loc[objects["ground_truth"] == label].iloc[0]
        return int(row["z"]), int(row["y"]), int(row["x"])

    true_ends, ends = ({row.label: row.end for row in tracks.rows} for tracks in (true, found))
    missed = [(true_ends[one], true_place(true_ends[one], one)) for one in wrong.false_negatives]
    invented = [(ends[one], by_number[ends[one]].predicted_places[one]) for one in wrong.false_positives]
    return {"false_negative": missed, "false_positive": invented}
