"""Slices to square pixels, split by windows of time."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from skimage.io import imsave

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.training.slices import in_windows, read_slices


def test_windows_are_half_open() -> None:
    windows = ((3, 5), (9, 10))
    assert [t for t in range(12) if in_windows(t, windows)] == [3, 4, 9]


def test_pixels_become_square_and_masks_stay_binary(slice_folder: Path) -> None:
    slices = read_slices(slice_folder, 0.2, (0.1, 0.2))
    assert [s.time for s in slices] == list(range(6))
    assert slices[0].image.shape == slices[0].mask.shape == (40, 40)
    assert set(np.unique(slices[0].mask)) == {0, 1}
    rows, columns = (np.ptp(where) for where in slices[0].mask.nonzero())
    assert abs(int(rows) - int(columns)) <= 1


def test_no_index_is_an_error_that_names_it(tmp_path: Path) -> None:
    with pytest.raises(ImageFormatError, match=r"index\.csv: not found"):
        read_slices(tmp_path, 0.2, (0.1, 0.2))


def test_image_and_labels_of_different_shape_are_named(slice_folder: Path) -> None:
    imsave(slice_folder / "labels" / "t003_z00.png", np.zeros((8, 8), np.uint16), check_contrast=False)
    with pytest.raises(ImageFormatError, match=r"t003_z00\.png: image .* differ in shape"):
        read_slices(slice_folder, 0.2, (0.1, 0.2))
