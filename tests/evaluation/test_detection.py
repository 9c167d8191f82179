from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from helpers.drawn.mistakes import CASES, TRUTH, Case
from napari_devolearn.evaluation.detection import (
    average_precision,
    detection_scores,
    matched,
    precision_scores,
)
from napari_devolearn.evaluation.overlap import Overlap, overlap_of


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_drawn_cases(case: Case) -> None:
    scores = detection_scores([overlap_of(case.labels, TRUTH)])
    for name in scores.keys() & case.scores.keys():
        assert scores[name] == pytest.approx(case.scores[name]), name


def test_frames_are_pooled_by_their_objects() -> None:
    """Two of two found, then none of two: half of all."""
    frames = [overlap_of(TRUTH, TRUTH), overlap_of(TRUTH * 0, TRUTH)]
    scores = detection_scores(frames)
    assert (scores["ground_truth"], scores["predicted"], scores["matched"]) == (4, 2, 2)
    assert scores["f1"] == pytest.approx(4 / 6)
    assert scores["mean_dice"] == pytest.approx(1 / 2)


def test_scores_without_objects_are_undefined() -> None:
    nothing = TRUTH * 0
    scores = detection_scores([overlap_of(TRUTH, nothing)])
    assert scores["precision"] == scores["f1"] == 0
    assert scores["recall"] is scores["mean_dice"] is scores["matched_dice"] is None
    assert detection_scores([overlap_of(nothing, nothing)])["f1"] is None


def _matches(labels: npt.NDArray[Any]) -> int:
    return int(matched(overlap_of(labels, TRUTH)).sum())


def test_a_match_needs_an_iou_above_one_half() -> None:
    assert _matches(CASES["shifted by a pixel"].labels) == 2
    assert _matches(CASES["two merged"].labels) == 0
    assert _matches(np.zeros_like(TRUTH)) == 0


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
