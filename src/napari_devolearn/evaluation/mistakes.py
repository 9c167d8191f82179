"""Mistakes in segmented objects: false negatives, false positives, split, merged or misshapen."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Mask
from napari_devolearn.evaluation.detection import matched
from napari_devolearn.evaluation.overlap import Counts, Overlap, Scores

Kind = Literal["false_negative", "false_positive", "split", "merged", "misshapen"]

KINDS: Mapping[Kind, str] = {
    "false_negative": "true objects without a label",
    "false_positive": "labels without a true object",
    "split": "labels of true objects with several labels",
    "merged": "labels with several true objects",
    "misshapen": "one label for one object, but with an IoU of 0.5 or less",
}
"""Kinds of mistakes, and the objects that each marks."""

_SCORES = ("false_negatives", "false_positives", "split", "merged", "misshapen")
"""Names of their counts, in the same order."""


class _Partners(NamedTuple):
    """Pairs of associated objects (indices), and the number of partners of each object."""

    ground_truth: Counts
    predicted: Counts
    labels_of: Counts
    truths_of: Counts
    misshapen: Mask


def associated_pairs(overlap: Overlap) -> Mask:
    """Whether the objects of each pair are associated: more than half of one lies in the other.

    Returns (K,), bool.
    """
    true, found = overlap.sizes
    return np.asarray(2 * overlap.shared > np.minimum(true, found))


def count_mistakes(overlaps: Iterable[Overlap]) -> Scores:
    """Count the corrections that a person would have to make (one `Overlap` per frame).

    ``split`` counts labels of a true object beyond its first, ``merged`` true objects of a label beyond its
    first, ``misshapen`` objects with one label of their own whose IoU is too low for a match.
    """
    counts = np.zeros(len(_SCORES), np.int64)
    for one in map(_partners_of, overlaps):
        counts += (
            np.sum(one.labels_of == 0),
            np.sum(one.truths_of == 0),
            np.maximum(one.labels_of - 1, 0).sum(),
            np.maximum(one.truths_of - 1, 0).sum(),
            one.misshapen.sum(),
        )
    return dict(zip(_SCORES, counts.tolist(), strict=True))


def mistaken_labels(overlap: Overlap) -> dict[Kind, npt.NDArray[np.integer]]:
    """Labels of each kind of mistake: in the ground truth for false negatives, else in the prediction."""
    one = _partners_of(overlap)
    return {
        "false_negative": overlap.ground_truth[one.labels_of == 0],
        "false_positive": overlap.predicted[one.truths_of == 0],
        "split": overlap.predicted[np.unique(one.predicted[one.labels_of[one.ground_truth] > 1])],
        "merged": overlap.predicted[one.truths_of > 1],
        "misshapen": overlap.predicted[np.unique(one.predicted[one.misshapen])],
    }


def kinds_of_mistakes(overlap: Overlap) -> npt.NDArray[np.str_]:
    """Kind of mistake of each true object, "" if correct; one that is split and merged counts as split.

    Returns (N,), str.
    """
    one = _partners_of(overlap)
    kinds = np.full(len(overlap.ground_truth), "", f"<U{max(map(len, KINDS))}")
    kinds[one.ground_truth[one.misshapen]] = "misshapen"
    kinds[one.ground_truth[one.truths_of[one.predicted] > 1]] = "merged"
    kinds[one.labels_of > 1] = "split"
    kinds[one.labels_of == 0] = "false_negative"
    return kinds


def _partners_of(overlap: Overlap) -> _Partners:
    associated = associated_pairs(overlap)
    true, found = overlap.pairs[associated].T
    labels_of = np.bincount(true, minlength=len(overlap.ground_truth))
    truths_of = np.bincount(found, minlength=len(overlap.predicted))
    one_to_one = (labels_of[true] == 1) & (truths_of[found] == 1)
    return _Partners(true, found, labels_of, truths_of, one_to_one & ~matched(overlap)[associated])
