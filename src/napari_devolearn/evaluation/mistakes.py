"""Mistakes in the objects: false negatives, false positives, split, merged, or of another shape."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn.evaluation.detection import matched
from napari_devolearn.evaluation.overlap import Counts, Overlap, Scores

Kind = Literal["false_negative", "false_positive", "split", "merged", "misshapen"]

KINDS: Mapping[Kind, str] = {
    "false_negative": "true objects that no label belongs to",
    "false_positive": "labels that belong to no true object",
    "split": "labels of a true object that has several",
    "merged": "labels that cover several true objects",
    "misshapen": "one label for one object, but with an IoU of 0.5 or less",
}
"""Every kind of mistake, and which objects show it."""

_SCORES = ("false_negatives", "false_positives", "split", "merged", "misshapen")
"""Their numbers, in the same order."""


class _Belonging(NamedTuple):
    """Which objects belong together: indices of the pairs, and how many partners each object has."""

    true: Counts
    found: Counts
    labels_of: Counts
    truths_of: Counts
    misshapen: npt.NDArray[np.bool_]


def belonging(overlap: Overlap) -> npt.NDArray[np.bool_]:
    """Which pairs belong together: more than half of one of the two lies in the other.

    Parameters
    ----------
    overlap : Overlap

    Returns
    -------
    ndarray, (K,), bool
    """
    true, found = overlap.sizes
    return np.asarray(2 * overlap.shared > np.minimum(true, found))


def count_mistakes(overlaps: Iterable[Overlap]) -> Scores:
    """Count what a person would have to correct.

    Parameters
    ----------
    overlaps : iterable of Overlap
        One for each frame.

    Returns
    -------
    dict
        ``false_negatives``: true objects that no label belongs to; ``false_positives``: labels that
        belong to no true object; ``split``: labels of a true object beyond its first; ``merged``: true
        objects of a label beyond its first; ``misshapen``: true objects with one label of their own that
        is no match.
    """
    counts = np.sum([[0] * len(KINDS), *map(_of_frame, overlaps)], axis=0)
    return dict(zip(_SCORES, counts.tolist(), strict=True))


def mistaken_labels(overlap: Overlap) -> dict[Kind, npt.NDArray[np.integer]]:
    """Name the objects of each kind of mistake.

    Parameters
    ----------
    overlap : Overlap

    Returns
    -------
    dict of str to ndarray
        Of false negatives the numbers in the ground truth, of all others those in the prediction.
    """
    one = _partners(overlap)
    return {
        "false_negative": overlap.true[one.labels_of == 0],
        "false_positive": overlap.found[one.truths_of == 0],
        "split": overlap.found[np.unique(one.found[one.labels_of[one.true] > 1])],
        "merged": overlap.found[one.truths_of > 1],
        "misshapen": overlap.found[np.unique(one.found[one.misshapen])],
    }


def kind_of_true(overlap: Overlap) -> npt.NDArray[np.str_]:
    """What is wrong with each true object.

    Parameters
    ----------
    overlap : Overlap

    Returns
    -------
    ndarray, (N,), str
        Of `KINDS`, or "" where nothing is; one that is split and merged is called split.
    """
    one = _partners(overlap)
    kinds = np.full(len(overlap.true), "", f"<U{max(map(len, KINDS))}")
    kinds[one.true[one.misshapen]] = "misshapen"
    kinds[one.true[one.truths_of[one.found] > 1]] = "merged"
    kinds[one.labels_of > 1] = "split"
    kinds[one.labels_of == 0] = "false_negative"
    return kinds


def _partners(overlap: Overlap) -> _Belonging:
    together = belonging(overlap)
    true, found = overlap.pairs[together].T
    labels_of = np.bincount(true, minlength=len(overlap.true))
    truths_of = np.bincount(found, minlength=len(overlap.found))
    alone = (labels_of[true] == 1) & (truths_of[found] == 1)
    return _Belonging(true, found, labels_of, truths_of, alone & ~matched(overlap)[together])


def _of_frame(overlap: Overlap) -> list[int]:
    one = _partners(overlap)
    counts = (
        one.labels_of == 0,
        one.truths_of == 0,
        np.maximum(one.labels_of - 1, 0),
        np.maximum(one.truths_of - 1, 0),
        one.misshapen,
    )
    return [int(count.sum()) for count in counts]
