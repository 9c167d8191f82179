"""Average precision over IoU thresholds, as Kaggle's cell segmentation competitions compute it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from napari_devolearn.evaluation.overlap import Overlap, Scores

THRESHOLDS = tuple(k / 100 for k in range(50, 100, 5))
"""0.50 to 0.95, as in the 2018 Data Science Bowl (Caicedo et al. 2019, Nature Methods 16, 1247) and the
Sartorius competition of 2021."""


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
    """Mean of `average_precision` over images (frames), as ``map``; None if no image has an object."""
    known = [score for score in map(average_precision, overlaps) if score is not None]
    return {"map": float(np.mean(known)) if known else None}
