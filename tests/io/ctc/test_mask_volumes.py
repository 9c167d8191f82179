from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.drawn.lineage import drawn_labels
from helpers.files.ctc_folders import write_dataset, write_tif
from napari_devolearn.exceptions import CTCFormatError, ImageFormatError
from napari_devolearn.io.ctc.layout import frame_files
from napari_devolearn.io.ctc.mask_volumes import MaskVolumes, open_masks

PLANE = drawn_labels()[0, 0]


def opened(folder: Path, **depth: int) -> MaskVolumes:
    return open_masks(frame_files(folder)["man_seg"], **depth)


def test_planes_become_a_volume_of_the_depth_of_the_images(tmp_path: Path) -> None:
    write_dataset(tmp_path)
    masks = opened(tmp_path / "01_GT/SEG")
    assert masks.shape == (2, 6, 8)
    np.testing.assert_array_equal(masks.read(8), [PLANE * 0, drawn_labels()[1, 1]])


def test_without_images_the_last_plane_gives_the_depth(tmp_path: Path) -> None:
    for plane in (2, 4):
        write_tif(tmp_path / f"man_seg_005_{plane:03d}.tif", PLANE * plane)
    masks = opened(tmp_path)
    assert masks.shape == (5, 6, 8)
    np.testing.assert_array_equal(masks.read(5), PLANE * np.array([0, 0, 2, 0, 4], np.uint16)[:, None, None])


def test_whole_masks_and_planes_can_be_mixed(tmp_path: Path) -> None:
    write_tif(tmp_path / "man_seg004.tif", drawn_labels()[0])
    write_tif(tmp_path / "man_seg_005_001.tif", PLANE)
    masks = opened(tmp_path)
    np.testing.assert_array_equal(masks.read(4), drawn_labels()[0])
    np.testing.assert_array_equal(masks.read(5), [PLANE * 0, PLANE])


def test_a_frame_without_a_mask_is_empty(tmp_path: Path) -> None:
    write_tif(tmp_path / "man_seg004.tif", drawn_labels()[0])
    assert not opened(tmp_path).read(5).any()


def test_a_plane_outside_the_volume_is_refused(tmp_path: Path) -> None:
    write_tif(tmp_path / "man_seg_005_007.tif", PLANE)
    with pytest.raises(
        CTCFormatError, match=r"man_seg_005_007.tif: is plane 7, but the volumes have .* 0 to 4"
    ):
        opened(tmp_path, depth=5)


@pytest.mark.parametrize("pixels", [drawn_labels()[0], PLANE[:5]])
def test_a_plane_must_have_the_size_of_the_volume(tmp_path: Path, pixels: np.ndarray) -> None:
    write_tif(tmp_path / "man_seg004.tif", drawn_labels()[0])
    write_tif(tmp_path / "man_seg_005_001.tif", pixels)
    with pytest.raises(CTCFormatError, match=r"man_seg_005_001.tif: is .* not one plane of 6 x 8"):
        opened(tmp_path)


def test_masks_with_fractions_are_refused(tmp_path: Path) -> None:
    write_tif(tmp_path / "man_seg004.tif", PLANE.astype(np.float32))
    with pytest.raises(ImageFormatError, match=r"man_seg004.tif: has float32 values"):
        opened(tmp_path)


def test_a_mask_of_one_bit_becomes_labels(tmp_path: Path) -> None:
    write_tif(tmp_path / "man_seg004.tif", PLANE > 0)
    assert opened(tmp_path).dtype == np.uint8
