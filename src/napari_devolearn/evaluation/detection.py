"""Detected objects: matches with an intersection over union (IoU) above 0.5, or above several thresholds."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from napari_devolearn._types import Mask
from napari_devolearn.evaluation.overlap import Overlap, Scores, ratio

MATCH_IOU = 0.5
"""IoU above which a pair matches. From 0.5 on every match is unique, so no assignment is needed (Kirillov et
al. 2019, Panoptic Segmentation, CVPR, 4.1)."""

THRESHOLDS = tuple(k / 100 for k in range(50, 100, 5))
"""0.50 to 0.95, as in the 2018 Data Science Bowl (Caicedo et al. 2019, Nature Methods 16, 1247) and the
Sartorius competition of 2021."""


def matched(overlap: Overlap) -> Mask:
    """Whether each pair is a match: (K,), bool."""
    return np.asarray(overlap.iou > MATCH_IOU)


def detection_scores(overlaps: Sequence[Overlap]) -> Scores:
    """Number of detected objects and their mean Dice, over all frames (one `Overlap` each).

    ``matched_dice`` is the mean Dice of the matches, ``mean_dice`` that of all true objects, 0 for those
    without a match.
    """
    true = sum(len(one.ground_truth) for one in overlaps)
    found = sum(len(one.predicted) for one in overlaps)
    dice = np.concatenate([np.zeros(0), *(one.dice[matched(one)] for one in overlaps)])
    return {
        "ground_truth": true,
        "predicted": found,
        "matched": dice.size,
        "precision": ratio(dice.size, found),
        "recall": ratio(dice.size, true),
        "f1": ratio(2 * dice.size, true + found),
        "matched_dice": ratio(dice.sum(), dice.size),
        "mean_dice": ratio(dice.sum(), true),
    }


def average_precision(overlap: Overlap) -> float | None:
    """Mean over `THRESHOLDS` of TP / (TP + FP + FN) in one image; None if neither side has an object.

    An object matches a label if their IoU is above the threshold; from 0.5 on there is at most one such
    label.
    """
    objects = len(overlap.ground_truth) + len(overlap.predicted)
    if not objects:
        return None
    found = (overlap.iou[:, None] > np.array(THRESHOLDS)).sum(axis=0)
    return float((found / (objects - found)).mean())


def precision_scores(overlaps: Sequence[Overlap]) -> Scores:
    """Mean of `average_precision` over images (frames), as ``map``; None if no image has an object.

    As in Kaggle's cell segmentation competitions.
    """
    known = [score for score in map(average_precision, overlaps) if score is not None]
    return {"map": float(np.mean(known)) if known else None}
