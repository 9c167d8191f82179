from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import napari_devolearn as nd
from helpers.drawn.lineage import FRAMES, drawn_labels
from helpers.files.ctc_folders import write_dataset, write_masks, write_tif
from napari_devolearn.evaluation.evaluate import evaluate, find_truth
from napari_devolearn.exceptions import CTCFormatError, ImageFormatError


@pytest.fixture
def result(tmp_path: Path) -> Path:
    """The ground truth of `write_dataset` as ``01_RES``, without nucleus 3 of frame 9."""
    folder = write_masks(tmp_path / "01_RES", "mask{:03d}.tif", "res_track.txt")
    write_tif(folder / "mask009.tif", np.where(drawn_labels()[2] == 3, 0, drawn_labels()[2]))
    return folder


def test_gold_truth_gives_shape_scores_by_plane_and_detection_by_frame(result: Path, tmp_path: Path) -> None:
    with pytest.warns(UserWarning, match="label 3 is not in the mask of frame 9"):
        report = evaluate(result, write_dataset(tmp_path) / "01_GT")
    assert report.total["tra"] is None
    assert report.total["seg"] == 1
    assert report.total["det"] == pytest.approx(1 - 10 / 70)
    assert report.total["ground_truth"] == 1
    assert sorted(report.frames) == list(FRAMES)
    assert report.frames[8]["iou"] == 1
    assert report.frames[9] == dict.fromkeys(report.total) | {"det": 0.5}


def test_progress_is_reported_for_each_frame(result: Path, tmp_path: Path) -> None:
    seen = []

    def watch(pairs):
        for pair in pairs:
            seen.append(pair.truth)
            yield pair

    truth = write_dataset(tmp_path) / "01_ST"
    assert evaluate(result, truth, frames=(8, 11), watch=watch).total["recall"] == pytest.approx(3 / 4)
    assert seen == [8, 9, 10]


def test_a_ground_truth_without_objects_is_reported(result: Path, tmp_path: Path) -> None:
    truth = write_tif(tmp_path / "man_seg009.tif", drawn_labels()[2] * 0)
    with pytest.warns(UserWarning, match="man_seg009.tif: no objects in the compared frames"):
        report = evaluate(result, truth)
    assert report.total["seg"] is report.total["det"] is report.total["recall"] is None


def test_arrays_and_stacks_score_as_files_do(tmp_path: Path) -> None:
    true = drawn_labels()
    found = np.where(true == 3, 0, true)
    expected = evaluate(write_tif(tmp_path / "a.tif", found[2]), write_tif(tmp_path / "b.tif", true[2])).total
    assert expected["seg"] == pytest.approx(1 / 2)
    assert evaluate(found[2], true[2]).total == expected
    assert evaluate(found[2], tmp_path / "b.tif").total == expected
    stacks = [nd.Stack(data=one, name="m", source=tmp_path, frames=(4,)) for one in (found[2:3], true[2:3])]
    assert evaluate(*stacks).total == expected
    assert evaluate(found > 0, true > 0).total["predicted"] == len(true)


@pytest.mark.parametrize(
    "labels", [np.zeros((4, 4), np.float32), np.zeros(4, np.uint8), [[0.5]]], ids=["float", "1D", "list"]
)
def test_arrays_that_are_not_labels_are_refused(labels: object) -> None:
    with pytest.raises(ImageFormatError, match=r"^labels: shape .*; give integers of shape"):
        evaluate(labels, np.zeros((4, 4), np.uint8))


def test_a_stack_that_is_not_labels_is_reported(tmp_path: Path) -> None:
    stack = nd.Stack(data=np.zeros((1, 1, 4, 4)), name="m", source=Path("x.tif"), frames=(0,))
    with pytest.raises(ImageFormatError, match=r"^x\.tif: shape \(1, 1, 4, 4\), float64"):
        evaluate(stack, stack)


def test_flat_labels(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "labels.tif", drawn_labels()[0, 0])
    assert evaluate(path, path).total["seg"] == 1


def test_tracks_of_whole_movies_are_scored(tmp_path: Path) -> None:
    truth = write_masks(tmp_path / "01_GT/TRA")
    result = write_masks(tmp_path / "01_RES", "mask{:03d}.tif", "res_track.txt")
    total = evaluate(result, truth).total
    assert [total[name] for name in ("tra", "lnk", "division_f1", "op_ctb", "op_csb")] == [1] * 5
    with pytest.warns(UserWarning, match="tracks are not scored, because the tables cover all frames"):
        assert evaluate(result, truth, frames=(8, None)).total["tra"] is None


def test_a_table_with_a_cycle_is_reported_and_labels_are_scored(tmp_path: Path) -> None:
    truth = write_masks(tmp_path / "01_GT/TRA")
    result = write_masks(tmp_path / "01_RES", "mask{:03d}.tif", "res_track.txt")
    (result / "res_track.txt").write_text("1 7 8 4\n2 9 11 1\n3 9 9 1\n4 11 11 3\n")
    with pytest.warns(UserWarning, match="labels 1 < 4 < 3 < 1 are each other's parents"):
        total = evaluate(result, truth).total
    assert (total["seg"], total["tra"]) == (1, None)


def test_an_empty_frame_in_the_middle(tmp_path: Path) -> None:
    """Two labels in a frame before and after an empty one: half are found."""
    labels = drawn_labels()[[0, 0, 0], 0]
    labels[1] = 0
    found = labels.copy()
    found[2] = 0
    paths = [
        write_tif(tmp_path / f"{name}.ome.tif", one[:, None], metadata={"axes": "TZYX"})
        for name, one in (("predicted", found), ("ground_truth", labels))
    ]
    report = evaluate(*paths)
    assert report.total["recall"] == 1 / 2
    assert report.frames[1]["recall"] is None
    assert report.frames[1]["ground_truth"] == 0


@pytest.mark.parametrize("path", ["01_GT", "."])
def test_shapes_of_seg_and_markers_of_tra(tmp_path: Path, path: str) -> None:
    root = write_dataset(tmp_path) / path
    assert find_truth(root) == (tmp_path / "01_GT/SEG", tmp_path / "01_GT/TRA")


@pytest.mark.parametrize("path", ["01_GT/SEG", "01_GT/TRA", "01_ST/SEG", "labels.tif"])
def test_a_path_to_the_labels_themselves(tmp_path: Path, path: str) -> None:
    write_dataset(tmp_path)
    assert find_truth(tmp_path / path) == (tmp_path / path, None)


def test_silver_shapes_replace_gold_markers(tmp_path: Path) -> None:
    for path in ("01_GT/TRA", "01_ST/SEG"):
        write_masks(tmp_path / path)
    assert find_truth(tmp_path) == (tmp_path / "01_ST/SEG", tmp_path / "01_GT/TRA")
    assert find_truth(tmp_path / "01_ST") == (tmp_path / "01_ST/SEG", None)
    assert find_truth(tmp_path / "01_GT") == (tmp_path / "01_GT/TRA", None)


def test_several_sequences_or_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CTCFormatError, match="no ground truth; give one folder"):
        find_truth(tmp_path)
    for number in ("01", "02"):
        write_masks(tmp_path / f"{number}_GT/TRA")
    with pytest.raises(CTCFormatError, match="ground truth of 2 sequences"):
        find_truth(tmp_path)
