"""What the model that ships scores on real embryos, and how matches are counted."""

from __future__ import annotations

import numpy as np

from napari_devolearn.inference.model import load_model
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.training.evaluate import (
    count_matches,
    fine_slice_scores,
    held_out_scores,
    volume_scores,
)
from real_data import DATA, needs_data


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


@needs_data("nuclei_ctc_slices")
def test_windows_that_training_never_saw() -> None:
    scores = held_out_scores(DATA / "nuclei_ctc_slices", load_model("nucleus", "cpu"), SegmentParams())
    assert scores["slices"] == 201
    assert scores["iou"] >= 0.80
    assert scores["f1"] >= 0.87


@needs_data("nuclei_ctc_3d")
def test_every_labelled_nucleus_of_a_volume_is_matched() -> None:
    scores = volume_scores(DATA / "nuclei_ctc_3d", load_model("nucleus", "cpu"), SegmentParams())
    assert scores["labelled"] == scores["matched"] == 11
    assert scores["found"] <= 14


@needs_data("nuclei_fullres")
def test_every_nucleus_in_focus_is_found_and_none_invented() -> None:
    scores = fine_slice_scores(DATA / "nuclei_fullres", load_model("nucleus", "cpu"), SegmentParams())
    assert scores["labelled"] == scores["matched"] == 6
    assert scores["found"] == scores["matched"] + scores["out_of_focus"]
