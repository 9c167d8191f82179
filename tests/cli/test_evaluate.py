"""Labels and truth in, a table and JSON out."""

from __future__ import annotations

import json

import numpy as np
import tifffile

from napari_devolearn.evaluation.report import MEANINGS


def test_the_truth_against_itself(run, dataset, tmp_path) -> None:
    kept = tmp_path / "new" / "scores.json"
    status, said, warned = run("evaluate", dataset / "01_GT/SEG", dataset, "--per-frame", "--json", kept)
    assert status == 0, warned
    assert said.count("\n") == 2 + 1 + 3 + len(MEANINGS) + 1
    assert json.loads(kept.read_text())["total"]["seg"] == 1


def test_a_range_of_frames(run, dataset) -> None:
    status, said, _ = run("evaluate", dataset / "01_GT/SEG", dataset / "01_GT", "--frames", "1:3")
    assert status == 0
    assert "2 frames" in said


def test_a_result_with_frames_missing_or_of_another_size(fails, dataset, tmp_path) -> None:
    labels = tifffile.imread(dataset / "01_GT/SEG/man_seg000.tif")
    (tmp_path / "01_RES").mkdir()
    tifffile.imwrite(tmp_path / "01_RES/mask000.tif", labels)
    assert "no labels for the frames 1-2" in fails("evaluate", tmp_path / "01_RES", dataset)
    tifffile.imwrite(tmp_path / "01_RES/mask000.tif", labels[:, :-1])
    assert "6 x 47 x 64" in fails("evaluate", tmp_path / "01_RES", dataset)
    tifffile.imwrite(tmp_path / "01_RES/mask000.tif", labels.astype(np.float32))
    assert "labels are whole numbers" in fails("evaluate", tmp_path / "01_RES", dataset)


def test_an_empty_truth_is_said(run, dataset, tmp_path) -> None:
    tifffile.imwrite(tmp_path / "empty.tif", np.zeros((6, 48, 64), np.uint8))
    status, said, warned = run("evaluate", dataset / "01_GT/SEG/man_seg000.tif", tmp_path / "empty.tif")
    assert status == 0
    assert warned.startswith("warning: ")
    assert "no object" in warned
    assert "seg                -" in said


def test_an_existing_file_stays(fails, dataset, tmp_path) -> None:
    kept = tmp_path / "scores.json"
    kept.write_text("a week of work")
    assert "--overwrite" in fails("evaluate", dataset / "01_GT/SEG", dataset, "--json", kept)
    assert kept.read_text() == "a week of work"
