from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.drawn.lineage import FRAMES, VOXEL_SIZE, drawn_labels
from helpers.files.ctc_folders import raw_volume, write_dataset, write_masks, write_tif
from helpers.real_data import DATA, needs_data
from napari_devolearn.exceptions import CTCFormatError, ImageFormatError
from napari_devolearn.io.ctc.ctc_result import write_ctc
from napari_devolearn.io.ctc.ctc_validator import validate_ctc
from napari_devolearn.io.ctc.masks import mask_files, read_labels, read_masks
from napari_devolearn.io.ctc.sequence import read_ctc
from napari_devolearn.io.tiff.ome_tiff import write_ome_tiff


@pytest.mark.parametrize(
    ("folder", "form", "name"),
    [
        ("01_GT/TRA", "man_track{:03d}.tif", "01_GT/TRA"),
        ("01_ST/SEG", "man_seg{:04d}.tif", "01_ST/SEG"),
        ("01_RES", "mask{:03d}.tif", "01_RES"),
        ("01_ERR_SEG", "mask{:03d}.tif", "01_ERR_SEG"),
    ],
)
def test_each_mask_is_a_frame(tmp_path: Path, folder: str, form: str, name: str) -> None:
    masks = read_labels(write_masks(tmp_path / folder, form))
    assert (masks.name, masks.frames, masks.shape) == (name, FRAMES, (5, 2, 6, 8))
    np.testing.assert_array_equal(np.asarray(masks.data), drawn_labels())


def test_masks_next_to_images_get_their_frames_and_calibration(tmp_path: Path) -> None:
    root = write_dataset(tmp_path / "Fluo-N3DH-CE")
    masks = read_masks(mask_files(root / "01_GT/SEG"), like=read_ctc(root))
    assert (masks.frames, masks.voxel_size, masks.frame_interval) == (FRAMES, VOXEL_SIZE, 1.0)
    drawn = np.asarray(masks.data)
    np.testing.assert_array_equal(drawn[1, 1], drawn_labels()[1, 1])
    drawn[1, 1] = 0
    assert not drawn.any()


def test_masks_without_calibration_use_that_of_the_images(tmp_path: Path) -> None:
    metadata = {"axes": "ZYX", "unit": "um", "spacing": 2.0}
    write_tif(tmp_path / "01/t000.tif", raw_volume(0), imagej=True, resolution=(4, 4), metadata=metadata)
    write_tif(tmp_path / "01_GT/SEG/man_seg000.tif", drawn_labels()[0])
    masks = read_labels(tmp_path / "01_GT/SEG")
    assert (masks.voxel_size, masks.calibration) == ((2.0, 0.25, 0.25), "ImageJ metadata")


def test_masks_with_a_different_size_than_the_images_are_refused(tmp_path: Path) -> None:
    write_dataset(tmp_path)
    write_tif(tmp_path / "02_GT/SEG/man_seg000.tif", drawn_labels()[0, :, :4])
    with pytest.raises(CTCFormatError, match=r"SEG: masks of 2 x 4 x 8 .* are 2 x 6 x 8"):
        read_masks(mask_files(tmp_path / "02_GT/SEG"), like=read_ctc(tmp_path))


def test_masks_of_frames_without_an_image_are_reported(tmp_path: Path) -> None:
    write_dataset(tmp_path)
    (tmp_path / "01/t011.tif").unlink()
    with pytest.warns(UserWarning, match="masks of the frames 11 have no image"):
        masks = read_masks(mask_files(tmp_path / "01_GT/TRA"), like=read_ctc(tmp_path))
    assert masks.frames == FRAMES[:4]


def test_one_mask_is_opened_by_itself(tmp_path: Path) -> None:
    write_masks(tmp_path)
    masks = read_labels(tmp_path / "man_track009.tif")
    assert (masks.frames, masks.name, masks.source) == ((9,), "man_track009", tmp_path / "man_track009.tif")
    np.testing.assert_array_equal(np.asarray(masks.data[0]), drawn_labels()[2])


def test_saved_labels_open_again(tmp_path: Path) -> None:
    path = tmp_path / "mine.ome.tif"
    write_ome_tiff(path, drawn_labels(), voxel_size=VOXEL_SIZE, frame_interval=1.5, frames=FRAMES)
    labels = read_labels(path)
    np.testing.assert_array_equal(np.asarray(labels.data), drawn_labels())
    assert (labels.voxel_size, labels.frame_interval, labels.frames) == (VOXEL_SIZE, 1.5, FRAMES)


def test_an_image_is_not_labels(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", raw_volume(0).astype(np.float32))
    with pytest.raises(ImageFormatError, match="labels are integers"):
        read_labels(path)


@pytest.mark.parametrize(
    ("folder", "problem"),
    [
        ("empty", "empty: no masks"),
        ("gone.png", "gone.png: no such file or folder"),
        ("seg.npy", "seg.npy: labels of this file type are not supported; save them as a tif"),
        ("01_GT", "01_GT: no masks .* open TRA or SEG in it"),
        ("01", "01: no masks"),
        ("mixed", "mixed: has man_seg and mask files|mixed: has mask and man_seg files"),
    ],
)
def test_a_folder_without_masks_is_refused(tmp_path: Path, folder: str, problem: str) -> None:
    write_dataset(tmp_path)
    (tmp_path / "empty").mkdir()
    (tmp_path / "seg.npy").touch()
    for name in ("man_seg000.tif", "mask000.tif"):
        write_tif(tmp_path / "mixed" / name, drawn_labels()[0])
    with pytest.raises(CTCFormatError, match=problem):
        read_labels(tmp_path / folder)


def test_masks_with_other_digits_are_reported(tmp_path: Path) -> None:
    for name in ("mask0.tif", "mask01.tif", "mask002.tif"):
        write_tif(tmp_path / name, drawn_labels()[0])
    with pytest.warns(UserWarning, match=r"left out mask0\.tif and 1 more: frame numbers need three to six"):
        assert read_labels(tmp_path).frames == (2,)


@needs_data("hela_dic_ctc")
def test_hela_has_its_40_masks() -> None:
    masks = read_labels(DATA / "hela_dic_ctc/01_GT/SEG")
    assert (masks.shape, masks.dtype) == ((40, 1, 512, 512), np.uint16)
    assert np.asarray(masks.data[39]).any()


@pytest.mark.parametrize("form", ["folder", "one mask", "stack"])
def test_negative_labels_are_refused_with_file_and_frame(tmp_path: Path, form: str) -> None:
    labels = drawn_labels().astype(np.int16)
    labels[1, 0, 0, 0] = -1
    folder = tmp_path / "01_RES"
    folder.mkdir()
    for t, frame in enumerate(labels):
        write_tif(folder / f"mask{t:03d}.tif", frame)
    path = {"folder": folder, "one mask": folder / "mask001.tif", "stack": tmp_path / "all.tif"}[form]
    write_tif(tmp_path / "all.tif", labels, metadata={"axes": "TZYX"}, ome=True)
    opened = read_labels(path)
    if form != "one mask":
        assert np.asarray(opened.data[0]).min() == 0
    name = "all" if form == "stack" else "mask001"
    with pytest.raises(ImageFormatError, match=rf"{name}\.tif: frame 1: negative label -1; .* to 0"):
        opened.data.compute()


@pytest.mark.parametrize(("first", "digits"), [(9998, 3), (0, 5), (0, 6)])
def test_written_masks_can_be_read_with_any_number_of_digits(tmp_path: Path, first: int, digits: int) -> None:
    labels = drawn_labels().astype(np.uint16)
    frames = range(first, first + len(labels))
    write_ctc(tmp_path / "01_RES", labels, frames=frames, digits=digits)
    again = read_labels(tmp_path / "01_RES")
    assert again.frames == tuple(frames)
    np.testing.assert_array_equal(np.asarray(again.data) > 0, labels > 0)
    assert validate_ctc(tmp_path / "01_RES") == []
