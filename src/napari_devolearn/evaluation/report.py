"""All scores of a comparison, per frame and in total."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from napari_devolearn.evaluation.compare import FramePair
from napari_devolearn.evaluation.ctc import det, seg
from napari_devolearn.evaluation.detection import detection_scores, precision_scores
from napari_devolearn.evaluation.mistakes import count_mistakes
from napari_devolearn.evaluation.overlap import Overlap, Scores, foreground_scores

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


@dataclass(frozen=True, kw_only=True)
class Report:
    """Result of a comparison, frame by frame.

    `markers`: ground truth for DET, if different from `truth`.
    `shapes`: overlap with `truth`.
    `presence`: overlap with `markers`.
    `tracking`: scores of the tracks, if both sides have a track table.
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
