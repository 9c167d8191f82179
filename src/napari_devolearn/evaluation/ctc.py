"""SEG and DET of the Cell Tracking Challenge (CTC), from the overlaps of all frames."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from napari_devolearn._types import Mask
from napari_devolearn.evaluation.overlap import Overlap, ratio

_SPLIT, _FALSE_NEGATIVE, _FALSE_POSITIVE = 5, 10, 1  # costs of corrections: the challenge's weights


def covering(overlap: Overlap) -> Mask:
    """Whether the label of each pair covers more than half of the true object, the CTC's rule for a match.

    Returns (K,), bool. A true object has at most one such label; a label can have several objects (Matula et
    al. 2015, PLoS ONE 10, e0144959).
    """
    return np.asarray(2 * overlap.shared > overlap.sizes[0])


def seg(overlaps: Sequence[Overlap]) -> float | None:
    """SEG: mean Jaccard index of all true objects with the labels that cover them; None without objects.

    An object that no label covers counts as 0. `overlaps` holds one item per frame, as in `det`.
    """
    iou = np.concatenate([np.zeros(0), *(one.iou[covering(one)] for one in overlaps)])
    return ratio(iou.sum(), sum(len(one.ground_truth) for one in overlaps))


def det(overlaps: Sequence[Overlap]) -> float | None:
    """DET: 1 - min(D, D0) / D0; None without true objects.

    D is the cost of correcting the predicted objects: 10 per false negative, 5 per object after the first
    that a label covers, 1 per false positive. D0 is 10 per true object (Matula et al. 2015, vertices only,
    with the challenge's weights).
    """
    most = _FALSE_NEGATIVE * sum(len(one.ground_truth) for one in overlaps)
    return 1 - min(sum(map(_cost, overlaps)), most) / most if most else None


def _cost(overlap: Overlap) -> int:
    _, labels = overlap.pairs[covering(overlap)].T
    found = len(np.unique(labels))
    false_negatives, false_positives = len(overlap.ground_truth) - len(labels), len(overlap.predicted) - found
    return (
        _SPLIT * (len(labels) - found) + _FALSE_NEGATIVE * false_negatives + _FALSE_POSITIVE * false_positives
    )
