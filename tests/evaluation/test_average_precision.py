from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.evaluation.average_precision import average_precision, precision_scores
from napari_devolearn.evaluation.overlap import Overlap, overlap_of


def strip(*runs: tuple[int, int, int]) -> np.ndarray:
    """A row of 100 pixels; (label, first, end) of each object."""
    row = np.zeros((1, 100), np.uint16)
    for label, first, end in runs:
        row[0, first:end] = label
    return row


@pytest.fixture
def overlap() -> Overlap:
    """Object 1 is found with an IoU of 0.7, 2 exactly, 3 is a false negative, label 9 a false positive.

    ::

        truth  11111111112222222222.....3333
        labels 1111111...2222222222.9.......
    """
    truth = strip((1, 0, 10), (2, 10, 20), (3, 60, 70))
    return overlap_of(strip((1, 0, 7), (2, 10, 20), (9, 30, 31)), truth)


def test_precision_falls_as_the_threshold_passes_an_iou(overlap: Overlap) -> None:
    # 0.50 to 0.65: two of four found; from 0.70 on, which is not above 0.7: one of five
    assert average_precision(overlap) == pytest.approx((4 * 2 / 4 + 6 * 1 / 5) / 10)


def test_images_count_alike_and_empty_ones_not_at_all(overlap: Overlap) -> None:
    nothing, missed = strip(), overlap_of(strip(), strip((1, 0, 50)))
    empty = overlap_of(nothing, nothing)
    single = average_precision(overlap)
    assert single is not None
    assert precision_scores([overlap, missed, empty]) == {"map": pytest.approx(single / 2)}
    assert precision_scores([empty]) == {"map": None}
