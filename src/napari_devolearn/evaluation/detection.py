"""Which objects were found: one-to-one matches at an intersection over union above 0.5."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from napari_devolearn.evaluation.overlap import Overlap, Scores, ratio

MATCH_IOU = 0.5
"""A pair matches above this. From 0.5 on a pair is unique, so that nothing needs assigning
(Kirillov et al. 2019, Panoptic Segmentation, CVPR, 4.1)."""


def matched(overlap: Overlap) -> npt.NDArray[np.bool_]:
    """Which pairs are matches.

    Parameters
    ----------
    overlap : Overlap

    Returns
    -------
    ndarray, (K,), bool
    """
    return np.asarray(overlap.iou > MATCH_IOU)


def detection_scores(overlaps: Sequence[Overlap]) -> Scores:
    """How many objects were found and how well they fit, over all frames.

    Parameters
    ----------
    overlaps : sequence of Overlap
        One for each frame.

    Returns
    -------
    dict
        ``ground_truth``, ``predicted`` and ``matched`` objects; ``precision``, ``recall`` and ``f1``;
        ``matched_dice``, the mean Dice of the matches, and ``mean_dice``, that over all true
        objects, where one without a match counts 0.
    """
    true = sum(len(one.true) for one in overlaps)
    found = sum(len(one.found) for one in overlaps)
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
