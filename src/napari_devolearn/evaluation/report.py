"""All scores of a comparison: per frame and in total, as a table for people and as JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from napari_devolearn.evaluation.average_precision import precision_scores
from napari_devolearn.evaluation.compare import FramePair
from napari_devolearn.evaluation.ctc import det, seg
from napari_devolearn.evaluation.detection import detection_scores
from napari_devolearn.evaluation.mistakes import count_mistakes
from napari_devolearn.evaluation.overlap import Overlap, Scores, foreground_scores, known, slice_scores

MEANINGS: Mapping[str, str] = {
    "iou": "intersection over union of the foreground, all voxels pooled",
    "dice": "Dice of the foreground, all voxels pooled",
    "slice_iou": "mean over slices of the foreground's IoU",
    "slice_dice": "mean over slices of the foreground's Dice",
    "seg": "SEG of the Cell Tracking Challenge: mean Jaccard of the objects of the ground truth",
    "det": "DET of the Cell Tracking Challenge",
    "tra": "TRA of the Cell Tracking Challenge, where both have a table of tracks",
    "lnk": "LNK: as TRA, of the links alone",
    "op_csb": "OP_CSB: mean of SEG and DET",
    "op_ctb": "OP_CTB: mean of SEG and TRA",
    "division_precision": "correct divisions / predicted divisions, at most one frame early or late",
    "division_recall": "correct divisions / divisions of the ground truth",
    "division_f1": "harmonic mean of the two",
    "precision": "matched objects / predicted objects, at IoU above 0.5",
    "recall": "matched objects / objects of the ground truth",
    "f1": "harmonic mean of the two",
    "matched_dice": "mean Dice of the matched objects",
    "mean_dice": "mean Dice of the objects of the ground truth, 0 without a match",
    "map": "mean over frames, and IoU above 0.50 to 0.95, of matched / (matched + FN + FP)",
    "ground_truth": "objects in the ground truth",
    "predicted": "objects in the prediction",
    "matched": "objects that match",
    "false_negatives": "objects of the ground truth that no label belongs to",
    "false_positives": "labels that belong to no object of the ground truth",
    "split": "labels too many in an object of the ground truth",
    "merged": "objects of the ground truth too many in a label",
    "misshapen": "predicted objects with an IoU of 0.5 or less",
}
"""Every score in the order of the table, and what it says."""

_OF_MOVIES = ("tra", "lnk", "op_csb", "op_ctb", "division_precision", "division_recall", "division_f1")
"""Scores that a single frame has not."""

_COLUMNS = (
    "iou",
    "dice",
    "seg",
    "det",
    "f1",
    "ground_truth",
    "predicted",
    "false_negatives",
    "false_positives",
    "split",
    "merged",
)


@dataclass(frozen=True, kw_only=True)
class Report:
    """What was compared, frame by frame.

    Parameters
    ----------
    result, truth : Path
    markers : Path or None
        Truth that DET is counted by, where that is another one.
    shapes : mapping of FramePair to Overlap
        Against `truth`.
    presence : mapping of FramePair to Overlap
        Against `markers`.
    tracking : dict
        Scores of the tracks, where both sides have a table of them.
    """

    result: Path
    truth: Path
    markers: Path | None = None
    shapes: dict[FramePair, Overlap] = field(default_factory=dict)
    presence: dict[FramePair, Overlap] = field(default_factory=dict)
    tracking: Scores = field(default_factory=dict)

    @property
    def total(self) -> Scores:
        """Scores with all frames pooled."""
        scores = all_scores([*self.shapes.values()], [*self.presence.values()] if self.markers else None)
        return scores | self.tracking | operational({**scores, **self.tracking})

    @property
    def frames(self) -> dict[int, Scores]:
        """Scores of each frame, by its number in the truth."""
        shapes = {pair.truth: overlap for pair, overlap in self.shapes.items()}
        presence = {pair.truth: overlap for pair, overlap in self.presence.items()}
        return {
            frame: all_scores(_only(shapes.get(frame)), _only(presence.get(frame)) if self.markers else None)
            for frame in sorted(shapes.keys() | presence.keys())
        }


def all_scores(shapes: Sequence[Overlap], presence: Sequence[Overlap] | None = None) -> Scores:
    """Every score of some frames.

    Parameters
    ----------
    shapes : sequence of Overlap
        Against the truth of shapes.
    presence : sequence of Overlap, optional
        Against markers, for DET; by default `shapes`.

    Returns
    -------
    dict
        Keys and order of `MEANINGS`; all but ``det`` are None without a frame of shapes, and those of
        tracks are.
    """
    scores: Scores = {"det": det(shapes if presence is None else presence)}
    if shapes:
        scores |= foreground_scores(shapes) | detection_scores(shapes) | count_mistakes(shapes)
        scores |= precision_scores(shapes)
        scores["seg"] = seg(shapes)
    return {name: scores.get(name) for name in MEANINGS}


def operational(scores: Mapping[str, float | None]) -> Scores:
    """The challenge's overall scores: means of SEG with DET and with TRA, None where one is undefined."""
    seg_score, means = scores["seg"], (("op_csb", scores["det"]), ("op_ctb", scores["tra"]))
    return {
        name: None if seg_score is None or other is None else (seg_score + other) / 2 for name, other in means
    }


def format_total(scores: Scores) -> str:
    """A line for each score, with its meaning."""
    return "\n".join(f"{name:<19}{_text(scores[name]):>7}  {MEANINGS[name]}" for name in MEANINGS)


def format_frames(frames: Mapping[int, Scores]) -> str:
    """A line for each frame."""
    rows = [["frame", *_COLUMNS]]
    rows += [[str(t), *(_text(scores[name]) for name in _COLUMNS)] for t, scores in frames.items()]
    return "\n".join(" ".join(f"{cell:>8}" for cell in row) for row in rows)


def save_scores(path: Path, report: Report, *, overwrite: bool = False) -> None:
    """Write all scores as JSON, or those of each frame as a table where the name ends in ``.csv``.

    Parameters
    ----------
    path : Path
    report : Report
    overwrite : bool
        Replace a file that lies there.

    Raises
    ------
    OutputExistsError, OutputError
        If the file exists already or cannot be written.
    """
    if path.suffix.lower() == ".csv":
        write_csv(path, report.frames, overwrite=overwrite)
    else:
        write_json(path, as_json(report), overwrite=overwrite)


def write_csv(path: Path, frames: Mapping[int, Scores], *, overwrite: bool = False) -> None:
    """Write a row a frame, whole or not at all; an undefined score is left empty.

    Parameters
    ----------
    path : Path
    frames : mapping of int to dict
        As `Report.frames`; scores that only a movie has are left out.
    overwrite : bool
        Replace a file that lies there.

    Raises
    ------
    OutputExistsError, OutputError
        If the file exists already or cannot be written.
    """
    from napari_devolearn.io.writing.atomic import atomic_text

    names = [name for name in MEANINGS if name not in _OF_MOVIES]
    with atomic_text(path, overwrite=overwrite) as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["frame", *names])
        rows.writerows([frame, *(scores[name] for name in names)] for frame, scores in frames.items())


def write_json(path: Path, scores: Mapping[str, Any], *, overwrite: bool = False) -> None:
    """Write scores, whole or not at all; an undefined one is ``null``.

    Parameters
    ----------
    path : Path
    scores : mapping
        Such as `as_json` gives.
    overwrite : bool
        Replace a file that lies there.

    Raises
    ------
    OutputExistsError, OutputError
        If the file exists already or cannot be written.
    """
    from napari_devolearn.io.writing.atomic import atomic_file

    with atomic_file(path, overwrite=overwrite) as stage:
        stage.write_text(json.dumps(scores, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def as_json(report: Report) -> dict[str, Any]:
    """The report as JSON takes it: paths, ``total`` and ``frames``, each frame with its slices.

    Parameters
    ----------
    report : Report

    Returns
    -------
    dict
    """
    slices = {pair.truth: _slices(pair, overlap) for pair, overlap in report.shapes.items()}
    return {
        "result": str(report.result),
        "truth": str(report.truth),
        "markers": str(report.markers) if report.markers else None,
        "total": report.total,
        "frames": [
            {"frame": t, **scores, "slices": slices.get(t, [])} for t, scores in report.frames.items()
        ],
    }


def _slices(pair: FramePair, overlap: Overlap) -> list[dict[str, Any]]:
    numbers: Iterable[int] = range(len(overlap.slices)) if pair.planes is None else pair.planes
    scored = zip(numbers, *slice_scores(overlap.slices), strict=True)
    return [{"slice": z, "iou": known(iou), "dice": known(dice)} for z, iou, dice in scored]


def _only(overlap: Overlap | None) -> list[Overlap]:
    return [] if overlap is None else [overlap]


def _text(score: float | None) -> str:
    if score is None:
        return "-"
    return str(score) if isinstance(score, int) else f"{score:.3f}"
