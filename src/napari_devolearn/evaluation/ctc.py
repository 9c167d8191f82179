"""SEG and DET of the Cell Tracking Challenge (CTC), computed with py-ctcmetrics.

That package reads whole files. Here labels are matched on arrays, frame by frame, by the same rule, and the
package computes the scores.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from napari_devolearn.evaluation.overlap import Overlap


def covering(overlap: Overlap) -> npt.NDArray[np.bool_]:
    """Whether the label of each pair covers more than half of the true object, the CTC's rule for a match.

    Returns (K,), bool. A true object has at most one such label; a label can have several objects (Matula et
    al. 2015, PLoS ONE 10, e0144959).
    """
    return np.asarray(2 * overlap.shared > overlap.sizes[0])


def seg(overlaps: Sequence[Overlap]) -> float | None:
    """SEG: mean Jaccard index of all true objects with the labels that cover them; None without objects.

    An object that no label covers counts as 0. `overlaps` holds one item per frame, as in `det`.
    """
    from ctc_metrics.metrics.technical.seg import seg as seg_of_matches

    true = [one.ground_truth.tolist() for one in overlaps]
    if not any(true):
        return None
    return float(seg_of_matches(true, [one.iou[covering(one)].tolist() for one in overlaps]))


def det(overlaps: Sequence[Overlap]) -> float | None:
    """DET: 1 - min(D, D0) / D0; None without true objects.

    D is the cost of correcting the predicted objects: 10 per false negative, 5 per object after the first
    that a label covers, 1 per false positive. D0 is 10 per true object (Matula et al. 2015, vertices only,
    with the challenge's weights).
    """
    from ctc_metrics.metrics.technical.det import det as det_of_operations

    if not any(len(one.ground_truth) for one in overlaps):
        return None
    operations: Counter[str] = Counter()
    for one in overlaps:
        operations.update(_vertex_operations(one))
    return float(det_of_operations(**operations))


def _vertex_operations(overlap: Overlap) -> dict[str, int]:
    from ctc_metrics.utils.representations import count_acyclic_graph_correction_operations

    true, found = overlap.ground_truth.tolist(), overlap.predicted.tolist()
    if not true or not found:  # the package takes a maximum, which fails for an empty frame
        return {"NS": 0, "FN": len(true), "FP": len(found), "num_vertices": len(true)}
    pairs = overlap.pairs[covering(overlap)]
    counted = count_acyclic_graph_correction_operations(
        None, None, [true], [found], [overlap.ground_truth[pairs[:, 0]]], [overlap.predicted[pairs[:, 1]]]
    )
    return {name: int(counted[name]) for name in ("NS", "FN", "FP", "num_vertices")}
