from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.lineage.decoding.reference import load_reference
from napari_devolearn.lineage.decoding.states import possible_counts
from napari_devolearn.lineage.founders import FOUNDERS


@pytest.mark.parametrize(
    ("mean", "whole"),
    [
        ([0.9, 0, 0, 0.9, 0, 0, 0], [1, 0, 0, 1, 0, 0, 0]),  # AB and P1
        ([2, 0.64, 0, 1, 0, 0, 0], [2, 1, 0, 1, 0, 0, 0]),  # EMS counts as E
        ([64, 4, 8, 0.67, 8, 2, 0.51], [64, 4, 8, 1, 8, 2, 0]),  # Z2 and Z3 come when P4 goes
        ([64, 4, 12, 0.34, 8, 2, 1.08], [64, 4, 12, 0, 8, 2, 2]),
        ([3.9, 0.4, 0.6, 1, 0.6, 0, 0], [4, 1, 1, 1, 1, 0, 0]),  # no MS and no C without EMS
        ([8, 1.7, 0.4, 1, 0.4, 0.6, 0], [8, 2, 1, 1, 1, 1, 0]),  # E is apart, so MS is; D after C
        ([1.4, 0.6, 0, 1.6, 0, 0, 0], [2, 1, 0, 1, 0, 0, 0]),  # AB divides before EMS is born
    ],
)
def test_mean_counts_become_possible_counts(mean: list[float], whole: list[int]) -> None:
    assert possible_counts([mean]).tolist() == [whole]


def test_counts_of_the_reference_never_decrease_except_p() -> None:
    reference = load_reference()
    counts = possible_counts(reference.mean)
    lineage = dict(zip(FOUNDERS, counts.T, strict=True))
    assert ((lineage["P"] == 1) == (lineage["Z"] == 0)).all()
    assert set(lineage["Z"]) == {0, 2}
    assert (np.diff(counts.sum(axis=1)) >= 0).all()
    assert np.abs(counts - reference.mean).max() < 1.3  # Z: half of the embryos leave it unnamed
