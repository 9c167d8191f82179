from __future__ import annotations

import json
from pathlib import Path

import pytest

from helpers.real_data import DATA, needs_data
from napari_devolearn._types import VoxelSize
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.params import SegmentParams
from research.scores import nucleus as scoring
from research.scores.nucleus import (
    fine_slice_scores,
    held_out_scores,
    simulated_scores,
    volume_scores,
)


def link_some(data: Path, folder: Path, step: int) -> Path:
    """A data set with every Nth slice of another one; all windows and depths are represented."""
    for kind in ("images", "labels"):
        (folder / kind).symlink_to(data / kind)
    head, *rows = (data / "index.csv").read_text().splitlines()
    (folder / "index.csv").write_text("\n".join([head, *rows[::step]]))
    return folder


@needs_data("nuclei_ctc_slices")
def test_held_out_windows(nucleus: Model, tmp_path: Path) -> None:
    some = link_some(DATA / "nuclei_ctc_slices", tmp_path, 5)  # all 201 take a minute and a half
    scores = held_out_scores(some, nucleus, SegmentParams())
    assert scores["slices"] == 39
    assert scores["iou"] >= 0.80
    assert scores["f1"] >= 0.87
    assert scores["seg"] >= 0.65


@needs_data("nuclei_ctc_3d")
def test_every_labelled_nucleus_of_a_volume_is_matched(nucleus: Model) -> None:
    scores = volume_scores(DATA / "nuclei_ctc_3d", nucleus, SegmentParams())
    assert scores["labelled"] == scores["matched"] == 11
    assert scores["predicted"] <= 14
    assert scores["mean_dice"] > scores["seg"] > 0.5


@needs_data("nuclei_fullres")
def test_all_nuclei_in_focus_are_found_without_false_positives(nucleus: Model) -> None:
    scores = fine_slice_scores(DATA / "nuclei_fullres", nucleus, SegmentParams())
    assert scores["labelled"] == scores["matched"] == 6
    assert scores["predicted"] == scores["matched"] + scores["out_of_focus"]


@pytest.mark.parametrize("size", [(1.0, 0.4, 0.4), (2.0, 0.25, 0.25)])
def test_no_nucleus_is_lost_in_coarse_voxels(nucleus: Model, size: VoxelSize) -> None:
    scores = simulated_scores(size, nucleus, SegmentParams(), nuclei=20)
    assert scores["ground_truth"] == 20
    assert scores["false_negatives"] + scores["merged"] <= 1  # type: ignore[operator]
    assert scores["false_positives"] + scores["split"] <= 1  # type: ignore[operator]


def test_the_scores_are_printed_and_written(tmp_path, monkeypatch, capsys) -> None:
    for name in ("held_out_scores", "volume_scores", "fine_slice_scores", "simulated_scores"):
        monkeypatch.setattr(scoring, name, lambda *_: {"seg": 0.5, "f1": None})
    kept = tmp_path / "scores.json"
    monkeypatch.setattr("sys.argv", ["evaluate", "--json", str(kept)])
    scoring.main()
    assert kept.read_text() == capsys.readouterr().out
    assert json.loads(kept.read_text())["whole volume"] == {"seg": 0.5, "f1": None}
