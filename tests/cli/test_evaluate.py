from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
import tifffile

from napari_devolearn.evaluation.report import MEANINGS


def test_the_ground_truth_against_itself(run, dataset, tmp_path) -> None:
    kept = tmp_path / "new" / "scores.json"
    status, said, warned = run("evaluate", dataset / "01_GT/SEG", dataset, "--per-frame", "--json", kept)
    assert status == 0, warned
    assert said.count("\n") == 2 + 1 + 3 + len(MEANINGS) + 1
    assert json.loads(kept.read_text())["total"]["seg"] == 1
    assert run("evaluate", dataset / "01_GT/SEG", dataset, "--csv", tmp_path / "scores.csv")[0] == 0
    assert len((tmp_path / "scores.csv").read_text().splitlines()) == 1 + 3


def test_a_range_of_frames(run, dataset) -> None:
    status, said, _ = run("evaluate", dataset / "01_GT/SEG", dataset / "01_GT", "--frames", "1:3")
    assert status == 0
    assert "2 frames" in said


def test_a_result_with_frames_missing_or_of_another_size(fails, dataset, tmp_path) -> None:
    labels = tifffile.imread(dataset / "01_GT/SEG/man_seg000.tif")
    (tmp_path / "01_RES").mkdir()
    tifffile.imwrite(tmp_path / "01_RES/mask000.tif", labels)
    assert "no labels for frames 1-2" in fails("evaluate", tmp_path / "01_RES", dataset)
    tifffile.imwrite(tmp_path / "01_RES/mask000.tif", labels[:, :-1])
    assert "6 x 47 x 64" in fails("evaluate", tmp_path / "01_RES", dataset)
    tifffile.imwrite(tmp_path / "01_RES/mask000.tif", labels.astype(np.float32))
    assert "labels are integers" in fails("evaluate", tmp_path / "01_RES", dataset)


def test_an_empty_ground_truth_is_reported(run, dataset, tmp_path) -> None:
    tifffile.imwrite(tmp_path / "empty.tif", np.zeros((6, 48, 64), np.uint8))
    status, said, warned = run("evaluate", dataset / "01_GT/SEG/man_seg000.tif", tmp_path / "empty.tif")
    assert status == 0
    assert warned.startswith("warning: ")
    assert "no object" in warned
    assert "seg                      -" in said


def test_an_existing_file_is_kept(fails, dataset, tmp_path) -> None:
    kept = tmp_path / "scores.json"
    kept.write_text("a week of work")
    assert "--overwrite" in fails("evaluate", dataset / "01_GT/SEG", dataset, "--json", kept)
    assert kept.read_text() == "a week of work"


def test_two_files_of_one_name_are_refused(fails, dataset, tmp_path) -> None:
    both = tmp_path / "scores.csv"
    assert "give two names" in fails(
        "evaluate", dataset / "01_GT/SEG", dataset, "--json", both, "--csv", both
    )
    assert not both.exists()


def test_an_input_is_never_overwritten(fails, counts) -> None:
    found, truth = counts
    before = truth.read_text()
    assert "truth.csv: is the input" in fails("evaluate", found, truth, "--json", truth, "--overwrite")
    assert truth.read_text() == before


@pytest.fixture
def counts(tmp_path) -> tuple[Path, Path]:
    """Frames 3 and 4, with DevoLearn's columns; the result has 3 instead of 2 cells in frame 3."""
    header = "frame,A,E,M,P,C,D,Z,total"
    found, truth = tmp_path / "found.csv", tmp_path / "truth.csv"
    found.write_text(f"{header},age\n3,2,0,0,1,0,0,0,3,\n4,2,1,0,1,0,0,0,4,5.5\n")
    truth.write_text(f"{header}\n3,1,0,0,1,0,0,0,2\n4,2,1,0,1,0,0,0,4\n")
    return found, truth


def test_counts_of_lineages(run, counts, tmp_path) -> None:
    status, said, warned = run("evaluate", *counts, "--json", tmp_path / "scores.json")
    assert status == 0, warned
    assert "total_error       25.0" in said
    assert json.loads((tmp_path / "scores.json").read_text())["by_lineage"]["AB"] == 0.5
    _, said, _ = run("evaluate", *counts, "--frames", "4:")
    assert "total_error        0.0" in said


def test_counts_saved_by_excel_with_decimal_commas(run, counts) -> None:
    found, truth = counts
    text = found.read_text().replace(",", ";").replace(";2;0;0;1;", ";2,0;0;0;1;")
    found.write_text(text, encoding="utf-8-sig", newline="\r\n")
    status, said, warned = run("evaluate", found, truth)
    assert status == 0, warned
    assert "total_error       25.0" in said


def test_counts_that_cannot_be_compared(fails, counts, dataset, tmp_path) -> None:
    found, truth = counts
    assert "only one of the two is a table of counts" in fails("evaluate", found, dataset)
    assert "--per-frame, --csv, --axes, --channel and --series are only for labels" in fails(
        "evaluate", found, truth, "--per-frame"
    )
    assert "missing.csv" in fails("evaluate", tmp_path / "missing.csv", truth)
    found.write_text("")
    assert "not a table" in fails("evaluate", found, truth)
    found.write_text("frame,A,E,M,P,C,D,Z\n3,one,0,0,0,0,0,0\n")
    assert "not a number in column A, lines [2]" in fails("evaluate", found, truth)
    found.write_text("time,A\n3,1\n")
    assert "missing column 'frame'" in fails("evaluate", found, truth)


def test_axes_and_channel_apply_only_to_tifs(run, fails, dataset, tmp_path) -> None:
    truth = np.stack([tifffile.imread(path) for path in sorted((dataset / "01_GT/SEG").glob("*.tif"))])
    pages, both = tmp_path / "pages.tif", tmp_path / "both.tif"
    tifffile.imwrite(pages, truth.reshape(-1, *truth.shape[2:]), imagej=True, metadata={"axes": "ZYX"})
    tifffile.imwrite(both, np.stack([truth * 0, truth]), photometric="minisblack", metadata={"axes": "CTZYX"})
    status, said, warned = run("evaluate", pages, dataset, "--axes", "T3,Z6", "--quiet")
    assert (status, "iou                  1.000" in said) == (0, True), warned
    assert "choose one with --channel 1" in fails("evaluate", both, dataset, "--quiet")
    status, said, warned = run("evaluate", both, dataset, "--channel", "1", "--quiet")
    assert (status, "iou                  1.000" in said) == (0, True), warned
    tifffile.imwrite(pages, truth, imagej=True, metadata={"axes": "TZYX"})
    status, said, warned = run("evaluate", both, pages, "--channel", "1", "--quiet")
    assert (status, "iou                  1.000" in said) == (0, True), warned
    said = fails("evaluate", dataset / "01_GT/SEG", dataset, "--channel", "1")
    assert "--axes, --channel and --series are only for a tif" in said
