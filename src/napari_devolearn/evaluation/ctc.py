"""SEG and DET as the Cell Tracking Challenge (CTC) counts them, by py-ctcmetrics.

That package reads files, whole and at once; the matching is done here on arrays, frame by frame,
by the same rule, and its own functions make the scores of the matches.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from napari_devolearn.evaluation.overlap import Overlap


def covering(overlap: Overlap) -> npt.NDArray[np.bool_]:
    """Which labels match a true object by the CTC's rule: they cover more than half of it.

    Parameters
    ----------
    overlap : Overlap

    Returns
    -------
    ndarray, (K,), bool
        For each pair; a true object has at most one such label, a label may have several objects
        (Matula et al. 2015, PLoS ONE 10, e0144959).
    """
    return np.asarray(2 * overlap.shared > overlap.sizes[0])


def seg(overlaps: Sequence[Overlap]) -> float | None:
    """SEG: mean over all true objects of the Jaccard index with the label that covers them.

    Parameters
    ----------
    overlaps : sequence of Overlap
        One for each frame.

    Returns
    -------
    float or None
        0 counts for an object that no label covers; None without true objects.
    """
    from ctc_metrics.metrics.technical.seg import seg as seg_of_matches

    true = [one.true.tolist() for one in overlaps]
    if not any(true):
        return None
    return float(seg_of_matches(true, [one.iou[covering(one)].tolist() for one in overlaps]))


def det(overlaps: Sequence[Overlap]) -> float | None:
    """DET: cost of correcting the found objects, relative to creating all true ones.

    Parameters
    ----------
    overlaps : sequence of Overlap
        One for each frame.

    Returns
    -------
    float or None
        1 - min(D, D0) / D0, where D is 10 for each object missed, 5 for each object of a label
        beyond its first and 1 for each label invented, and D0 is 10 for each true object (Matula
        et al. 2015, vertices only, with the challenge's weights); None without true objects.
    """
    from ctc_metrics.metrics.technical.det import det as det_of_operations

    if not any(len(one.true) for one in overlaps):
        return None
    operations: Counter[str] = Counter()
    for one in overlaps:
        operations.update(_vertex_operations(one))
    return float(det_of_operations(**operations))


def _vertex_operations(overlap: Overlap) -> dict[str, int]:
    from ctc_metrics.utils.representations import count_acyclic_graph_correction_operations

    true, found = overlap.true.tolist(), overlap.found.tolist()
    if not true or not found:  # the package takes a maximum, which an empty frame has not
        return {"NS": 0, "FN": len(true), "FP": len(found), "num_vertices": len(true)}
    pairs = overlap.pairs[covering(overlap)]
    counted = count_acyclic_graph_correction_operations(
        None, None, [true], [found], [overlap.true[pairs[:, 0]]], [overlap.found[pairs[:, 1]]]
    )
    return {name: int(counted[name]) for name in ("NS", "FN", "FP", "num_vertices")}
