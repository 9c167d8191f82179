from __future__ import annotations

import numpy as np
import pytest

from helpers.drawn.mistakes import CASES, TRUTH, Case
from napari_devolearn.evaluation.overlap import foreground_scores, overlap_of, slice_scores
from napari_devolearn.exceptions import ImageFormatError

EMPTY = np.zeros_like(TRUTH)


def test_shared_voxels_of_two_objects() -> None:
    overlap = overlap_of(CASES["two merged"].labels, TRUTH)
    np.testing.assert_array_equal(overlap.ground_truth, [1, 2])
    np.testing.assert_array_equal(overlap.predicted, [1])
    np.testing.assert_array_equal(overlap.pairs, [[0, 0], [1, 0]])
    np.testing.assert_array_equal(overlap.iou, [8 / 16, 8 / 16])
    np.testing.assert_array_equal(overlap.dice, [16 / 24, 16 / 24])


@pytest.mark.parametrize("case", CASES.values(), ids=CASES)
def test_foreground_of_drawn_cases(case: Case) -> None:
    scores = foreground_scores([overlap_of(case.labels, TRUTH)])
    assert scores["iou"] == scores["slice_iou"] == pytest.approx(case.scores["iou"])
    assert scores["dice"] == scores["slice_dice"] == pytest.approx(case.scores["dice"])


def test_scores_of_slices_and_pooled() -> None:
    """Slice 0 is correct, slice 1 misses one of two nuclei, slice 2 is empty on both sides."""
    truth = np.stack([TRUTH, TRUTH, EMPTY])
    overlap = overlap_of(np.stack([TRUTH, CASES["one missed"].labels, EMPTY]), truth)
    iou, dice = slice_scores(overlap.slices)
    np.testing.assert_allclose(iou, [1, 1 / 2, np.nan])
    np.testing.assert_allclose(dice, [1, 2 / 3, np.nan])
    scores = foreground_scores([overlap])
    assert scores["iou"] == pytest.approx(24 / 32)
    assert scores["dice"] == pytest.approx(48 / 56)
    assert scores["slice_iou"] == pytest.approx(3 / 4)
    assert scores["slice_dice"] == pytest.approx(5 / 6)


def test_labels_up_to_the_maximum_of_their_type() -> None:
    truth, labels = (np.where(TRUTH > 0, np.uint32(top) - TRUTH, 0) for top in (2**32 - 1, 2**31))
    np.testing.assert_array_equal(overlap_of(labels, truth).iou, [1, 1])


def test_empty_arrays_have_undefined_scores() -> None:
    scores = foreground_scores([overlap_of(EMPTY, EMPTY)])
    assert scores == dict.fromkeys(["iou", "dice", "slice_iou", "slice_dice"])
    assert foreground_scores([]) == scores


@pytest.mark.parametrize(
    ("labels", "said"),
    [
        (TRUTH[:, :-1], r"\(4, 9\) and ground truth of shape \(4, 10\)"),
        (TRUTH.astype(np.float32), "labels: values are float32, not integers"),
        (TRUTH.astype(np.int16) - 1, "labels: negative value -1"),
    ],
)
def test_inputs_that_do_not_match_are_refused(labels: np.ndarray, said: str) -> None:
    with pytest.raises(ImageFormatError, match=said):
        overlap_of(labels, TRUTH)
