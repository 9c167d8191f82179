"""All scores of a comparison, per frame and in total, as a text table, CSV and JSON."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from napari_devolearn.evaluation.compare import FramePair
from napari_devolearn.evaluation.ctc import det, seg
from napari_devolearn.evaluation.detection import detection_scores, precision_scores
from napari_devolearn.evaluation.mistakes import count_mistakes
from napari_devolearn.evaluation.overlap import Overlap, Scores, foreground_scores, known, slice_scores

MEANINGS: Mapping[str, str] = {
    "iou": "intersection over union of the foreground, all voxels pooled",
    "dice": "Dice of the foreground, all voxels pooled",
    "slice_iou": "mean IoU of the foreground over slices",
    "slice_dice": "mean Dice of the foreground over slices",
    "seg": "SEG of the Cell Tracking Challenge: mean Jaccard index of ground truth objects",
    "det": "DET of the Cell Tracking Challenge",
    "tra": "TRA of the Cell Tracking Challenge, if both sides have a track table",
    "lnk": "LNK: as TRA, but links only",
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
    "false_negatives": "objects of the ground truth without a label",
    "false_positives": "labels without an object of the ground truth",
    "split": "extra labels in objects of the ground truth",
    "merged": "extra objects of the ground truth in labels",
    "misshapen": "predicted objects with an IoU of 0.5 or less",
}
"""All scores in the order of the table, and their descriptions."""

_MOVIE_SCORES = ("tra", "lnk", "op_csb", "op_ctb", "division_precision", "division_recall", "division_f1")
"""Scores of movies, undefined for single frames."""

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
    """Result of a comparison, frame by frame.

    Parameters
    ----------
    result, truth : Path
    markers : Path or None
        Ground truth for DET, if different from `truth`.
    shapes : mapping of FramePair to Overlap
        Overlap with `truth`.
    presence : mapping of FramePair to Overlap
        Overlap with `markers`.
    tracking : dict
        Scores of the tracks, if both sides have a track table.
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
        presence = [*self.presence.values()] if self.markers else None
        scores = all_scores([*self.shapes.values()], presence) | self.tracking
        # the challenge's overall scores
        for name, other in (("op_csb", scores["det"]), ("op_ctb", scores["tra"])):
            if scores["seg"] is not None and other is not None:
                scores[name] = (scores["seg"] + other) / 2
        return scores

    @property
    def frames(self) -> dict[int, Scores]:
        """Scores of each frame, by frame number of the ground truth."""
        shapes = {pair.truth: [overlap] for pair, overlap in self.shapes.items()}
        presence = {pair.truth: [overlap] for pair, overlap in self.presence.items()}
        return {
            t: all_scores(shapes.get(t, []), presence.get(t, []) if self.markers else None)
            for t in sorted(shapes.keys() | presence.keys())
        }


def all_scores(shapes: Sequence[Overlap], presence: Sequence[Overlap] | None = None) -> Scores:
    """All scores of some frames, with the keys and order of `MEANINGS`.

    `shapes`: overlaps for all scores but DET. Without any, these scores are None; track scores are always
    None.
    `presence`: overlaps with markers, for DET; by default `shapes`.
    """
    scores: Scores = {"det": det(shapes if presence is None else presence)}
    if shapes:
        scores |= foreground_scores(shapes) | detection_scores(shapes) | count_mistakes(shapes)
        scores |= precision_scores(shapes)
        scores["seg"] = seg(shapes)
    return {name: scores.get(name) for name in MEANINGS}


def format_total(scores: Scores) -> str:
    """One line per score, with its description."""
    return "\n".join(f"{name:<19}{_text(scores[name]):>7}  {MEANINGS[name]}" for name in MEANINGS)


def format_frames(frames: Mapping[int, Scores]) -> str:
    """One line per frame."""
    rows = [["frame", *_COLUMNS]]
    rows += [[str(t), *(_text(scores[name]) for name in _COLUMNS)] for t, scores in frames.items()]
    return "\n".join(" ".join(f"{cell:>8}" for cell in row) for row in rows)


def save_scores(path: Path, report: Report, *, overwrite: bool = False) -> None:
    """Write all scores as JSON, or the scores of each frame as CSV if the name ends in ``.csv``.

    Raises OutputExistsError or OutputError if the file exists and `overwrite` is false, or cannot be written.
    """
    if path.suffix.lower() == ".csv":
        write_csv(path, report.frames, overwrite=overwrite)
    else:
        write_json(path, as_json(report), overwrite=overwrite)


def write_csv(path: Path, frames: Mapping[int, Scores], *, overwrite: bool = False) -> None:
    """Write one row per frame, without movie scores; undefined scores are empty.

    Errors as in `save_scores`.
    """
    from napari_devolearn.io.writing.atomic import atomic_text

    names = [name for name in MEANINGS if name not in _MOVIE_SCORES]
    with atomic_text(path, overwrite=overwrite) as file:
        rows = csv.writer(file, lineterminator="\n")
        rows.writerow(["frame", *names])
        rows.writerows([frame, *(scores[name] for name in names)] for frame, scores in frames.items())


def write_json(path: Path, scores: Mapping[str, Any], *, overwrite: bool = False) -> None:
    """Write scores, for example from `as_json`; undefined ones are ``null``. Errors as in `save_scores`."""
    from napari_devolearn.io.writing.atomic import atomic_file

    with atomic_file(path, overwrite=overwrite) as stage:
        stage.write_text(json.dumps(scores, indent=2, allow_nan=False) + "\n", encoding="utf-8")


def as_json(report: Report) -> dict[str, Any]:
    """The report as a JSON object: paths, ``total`` and ``frames`` with their ``slices``."""
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


def _text(score: float | None) -> str:
    if score is None:
        return "-"
    return str(score) if isinstance(score, int) else f"{score:.3f}"
