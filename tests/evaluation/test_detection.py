from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from drawn_mistakes import CASES, TRUTH, Case
from napari_devolearn.evaluation.detection import detection_scores, matched
from napari_devolearn.evaluation.overlap import overlap_of


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
