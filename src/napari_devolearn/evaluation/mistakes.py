"""What went wrong with the objects: missed, invented, split, merged, or of another shape."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from napari_devolearn.evaluation.detection import matched
from napari_devolearn.evaluation.overlap import Counts, Overlap, Scores


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
    """Count what a person would have to mend.

    Parameters
    ----------
    overlaps : iterable of Overlap
        One for each frame.

    Returns
    -------
    dict
        ``missed``: true objects that no label belongs to; ``invented``: labels that belong to no
        true object; ``split``: labels of a true object beyond its first; ``merged``: true objects
        of a label beyond its first; ``misshapen``: true objects with one label of their own that
        is no match.
    """
    names = ("missed", "invented", "split", "merged", "misshapen")
    counts = np.sum([[0] * len(names), *map(_of_frame, overlaps)], axis=0)
    return dict(zip(names, counts.tolist(), strict=True))


def _of_frame(overlap: Overlap) -> list[int]:
    together = belonging(overlap)
    true, found = overlap.pairs[together].T
    labels_of = np.bincount(true, minlength=len(overlap.true))
    truths_of = np.bincount(found, minlength=len(overlap.found))
    alone = (labels_of[true] == 1) & (truths_of[found] == 1)
    return [
        _sum(labels_of == 0),
        _sum(truths_of == 0),
        _sum(np.maximum(labels_of - 1, 0)),
        _sum(np.maximum(truths_of - 1, 0)),
        _sum(alone & ~matched(overlap)[together]),
    ]


def _sum(counts: npt.NDArray[np.bool_] | Counts) -> int:
    return int(counts.sum())
