from __future__ import annotations

import json

import pytest

from helpers.real_data import DATA, needs_data
from napari_devolearn._types import VoxelSize
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.params import SegmentParams
from research.scores import nucleus as evaluate
from research.scores.nucleus import (
    fine_slice_scores,
    held_out_scores,
    simulated_scores,
    volume_scores,
)


@needs_data("nuclei_ctc_slices")
def test_held_out_windows() -> None:
    scores = held_out_scores(DATA / "nuclei_ctc_slices", load_model("nucleus", "cpu"), SegmentParams())
    assert scores["slices"] == 201
    assert scores["iou"] >= 0.80
    assert scores["f1"] >= 0.87
    assert scores["seg"] >= 0.65


@needs_data("nuclei_ctc_3d")
def test_every_labelled_nucleus_of_a_volume_is_matched() -> None:
    scores = volume_scores(DATA / "nuclei_ctc_3d", load_model("nucleus", "cpu"), SegmentParams())
    assert scores["labelled"] == scores["matched"] == 11
    assert scores["predicted"] <= 14
    assert scores["mean_dice"] > scores["seg"] > 0.5


@needs_data("nuclei_fullres")
def test_all_nuclei_in_focus_are_found_without_false_positives() -> None:
    scores = fine_slice_scores(DATA / "nuclei_fullres", load_model("nucleus", "cpu"), SegmentParams())
    assert scores["labelled"] == scores["matched"] == 6
    assert scores["predicted"] == scores["matched"] + scores["out_of_focus"]


@pytest.mark.parametrize("size", [(1.0, 0.4, 0.4), (2.0, 0.25, 0.25)])
def test_no_nucleus_is_lost_in_coarse_voxels(size: VoxelSize) -> None:
    scores = simulated_scores(size, load_model("nucleus", "cpu"), SegmentParams(), nuclei=20)
    assert scores["ground_truth"] == 20
    assert scores["false_negatives"] + scores["merged"] <= 1  # type: ignore[operator]
    assert scores["false_positives"] + scores["split"] <= 1  # type: ignore[operator]


def test_the_scores_are_printed_and_written(tmp_path, monkeypatch, capsys) -> None:
    for name in ("held_out_scores", "volume_scores", "fine_slice_scores", "simulated_scores"):
        monkeypatch.setattr(evaluate, name, lambda *_: {"seg": 0.5, "f1": None})
    kept = tmp_path / "scores.json"
    monkeypatch.setattr("sys.argv", ["evaluate", "--json", str(kept)])
    evaluate.main()
    assert kept.read_text() == capsys.readouterr().out
    assert json.loads(kept.read_text())["whole volume"] == {"seg": 0.5, "f1": None}
