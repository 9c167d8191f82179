from __future__ import annotations

from pathlib import Path

import pytest

from ctc_folders import write_dataset, write_masks
from napari_devolearn.evaluation.truth import Truth, find_truth
from napari_devolearn.exceptions import CTCFormatError


@pytest.mark.parametrize("path", ["01_GT", "."])
def test_shapes_of_seg_and_markers_of_tra(tmp_path: Path, path: str) -> None:
    root = write_dataset(tmp_path) / path
    assert find_truth(root) == Truth(tmp_path / "01_GT/SEG", tmp_path / "01_GT/TRA")


@pytest.mark.parametrize("path", ["01_GT/SEG", "01_GT/TRA", "01_ST/SEG", "labels.tif"])
def test_a_path_to_the_labels_themselves(tmp_path: Path, path: str) -> None:
    write_dataset(tmp_path)
    assert find_truth(tmp_path / path) == Truth(tmp_path / path)


def test_silver_shapes_replace_gold_markers(tmp_path: Path) -> None:
    for path in ("01_GT/TRA", "01_ST/SEG"):
        write_masks(tmp_path / path)
    assert find_truth(tmp_path) == Truth(tmp_path / "01_ST/SEG", tmp_path / "01_GT/TRA")
    assert find_truth(tmp_path / "01_ST") == Truth(tmp_path / "01_ST/SEG")
    assert find_truth(tmp_path / "01_GT") == Truth(tmp_path / "01_GT/TRA")


def test_several_sequences_or_none_are_refused(tmp_path: Path) -> None:
    with pytest.raises(CTCFormatError, match="no ground truth; give one folder"):
        find_truth(tmp_path)
    for number in ("01", "02"):
        write_masks(tmp_path / f"{number}_GT/TRA")
    with pytest.raises(CTCFormatError, match="ground truth of 2 sequences"):
        find_truth(tmp_path)
