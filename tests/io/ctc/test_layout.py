from __future__ import annotations

from pathlib import Path

import pytest

from helpers.files.ctc_folders import write_dataset
from napari_devolearn.io.ctc import layout


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_dataset(tmp_path_factory.mktemp("data"))


def test_a_root_lists_its_sequences_and_their_truth(root: Path) -> None:
    (found,) = layout.sequences(root)
    truth = {"TRA": root / "01_GT/TRA", "SEG": root / "01_GT/SEG", "ST": root / "01_ST/SEG"}
    assert found == (root / "01", truth)
    assert layout.truth_beside(root / "01") == truth


def test_ground_truth_without_images_is_a_sequence(tmp_path: Path) -> None:
    (tmp_path / "02_ST/SEG").mkdir(parents=True)
    (tmp_path / "02_ST/SEG/man_seg000.tif").touch()
    assert layout.sequences(tmp_path) == [(None, {"ST": tmp_path / "02_ST/SEG"})]


def test_unrelated_files_are_ignored(tmp_path: Path) -> None:
    for name in ("Thumbs.db", ".DS_Store", "notes.txt", "._t001.tif", "t002.tif", "t001.tif"):
        (tmp_path / name).touch()
    (tmp_path / "t003.tif").mkdir()
    assert [file.frame for file in layout.frame_files(tmp_path)["t"]] == [1, 2]


@pytest.mark.parametrize("folder", ["01_GT", "01_ST"])
def test_the_folders_of_a_ground_truth_are_found(root: Path, folder: str) -> None:
    assert all(found.parent == root / folder for found in layout.mask_folders(root / folder))


@pytest.mark.parametrize("folder", ["01_GT/TRA", "01_ST/SEG", "01_RES", "01_ERR_SEG"])
def test_the_images_of_masks_are_found(root: Path, folder: str) -> None:
    assert layout.raw_beside(root / folder) == root / "01"


def test_images_of_another_sequence_are_not_used(root: Path) -> None:
    assert layout.raw_beside(root / "02_RES") is None
    assert layout.raw_beside(root / "elsewhere") is None


@pytest.mark.parametrize("folder", ["", "01", "01_GT", "01_GT/TRA", "01_GT/SEG", "01_ST"])
def test_folders_of_a_data_set_are_recognised(root: Path, folder: str) -> None:
    assert layout.is_ctc(root / folder)


def test_other_folders_are_not_recognised(root: Path, tmp_path: Path) -> None:
    (tmp_path / "01").mkdir()
    (tmp_path / "photo.tif").touch()
    assert not any(map(layout.is_ctc, (tmp_path, tmp_path / "01", tmp_path / "gone", root / "01/t007.tif")))


def test_a_link_to_itself_is_left_out(root: Path, tmp_path: Path) -> None:
    for name in ("loop", "t000.tif"):
        (tmp_path / name).symlink_to(tmp_path / name)
    assert not layout.is_ctc(tmp_path)
