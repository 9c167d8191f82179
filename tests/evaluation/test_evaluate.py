from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ctc_folders import write_dataset, write_masks, write_tif
from drawn_lineage import FRAMES, drawn_labels
from napari_devolearn.evaluation.evaluate import evaluate


@pytest.fixture
def result(tmp_path: Path) -> Path:
    """The truth of `write_dataset` as ``01_RES``, but for nucleus 3 of frame 9, which is missed."""
    folder = write_masks(tmp_path / "01_RES", "mask{:03d}.tif", "res_track.txt")
    write_tif(folder / "mask009.tif", np.where(drawn_labels()[2] == 3, 0, drawn_labels()[2]))
    return folder


def test_gold_truth_scores_shapes_by_its_planes_and_presence_by_all_frames(
    result: Path, tmp_path: Path
) -> None:
    with pytest.warns(UserWarning, match="label 3 is not in the mask of frame 9"):
        report = evaluate(result, write_dataset(tmp_path) / "01_GT")
    assert report.total["tra"] is None
    assert report.total["seg"] == 1
    assert report.total["det"] == pytest.approx(1 - 10 / 70)
    assert report.total["true"] == 1
    assert sorted(report.frames) == list(FRAMES)
    assert report.frames[8]["iou"] == 1
    assert report.frames[9] == dict.fromkeys(report.total) | {"det": 0.5}


def test_progress_sees_each_frame(result: Path, tmp_path: Path) -> None:
    seen = []

    def watch(pairs):
        for pair in pairs:
            seen.append(pair.truth)
            yield pair

    truth = write_dataset(tmp_path) / "01_ST"
    assert evaluate(result, truth, frames=(8, 11), watch=watch).total["recall"] == pytest.approx(3 / 4)
    assert seen == [8, 9, 10]


def test_a_truth_without_objects_is_said(result: Path, tmp_path: Path) -> None:
    truth = write_tif(tmp_path / "man_seg009.tif", drawn_labels()[2] * 0)
    with pytest.warns(UserWarning, match="man_seg009.tif: no object in the frames compared"):
        report = evaluate(result, truth)
    assert report.total["seg"] is report.total["det"] is report.total["recall"] is None


def test_flat_labels(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "labels.tif", drawn_labels()[0, 0])
    assert evaluate(path, path).total["seg"] == 1
