"""Matches above an intersection over union of one half."""

from __future__ import annotations

import numpy as np

from napari_devolearn.training.evaluate import count_matches


def test_matches_are_counted_once_each() -> None:
    truth = np.zeros((10, 20), np.uint16)
    truth[1:5, 1:5], truth[1:5, 8:12] = 3, 7
    labels = np.zeros((10, 20), np.uint32)
    labels[1:5, 1:4] = 1  # 3 of 4 columns: a match
    labels[1:5, 10:14] = 2  # half of it beside the nucleus: none
    labels[8:10, 0:5] = 3  # nothing there
    assert count_matches(labels, truth) == 1
    assert count_matches(truth.astype(np.uint32), truth) == 2
    assert count_matches(np.zeros_like(labels), truth) == 0
