from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from napari_devolearn.exceptions import RLEFormatError
from napari_devolearn.io.rle.masked_image import (
    MaskedImage,
    by_shape,
    iter_masked_images,
    labels_of,
    slice_names,
)


@pytest.mark.parametrize(
    ("frames", "depth", "names"),
    [
        ((0,), 1, ["cell"]),
        ((5, 6), 1, ["cell_t005", "cell_t006"]),
        ((0,), 2, ["cell_z000", "cell_z001"]),
        ((5, 9), 2, ["cell_t005_z000", "cell_t005_z001", "cell_t009_z000", "cell_t009_z001"]),
    ],
)
def test_slice_names_contain_only_axes_that_differ(
    frames: tuple[int, ...], depth: int, names: list[str]
) -> None:
    assert slice_names("cell", frames, depth) == names


def test_each_slice_is_one_image() -> None:
    labels = np.zeros((2, 2, 3, 4), np.uint16)
    labels[1, 0] = 3
    images = list(iter_masked_images(labels, slice_names("cell", (0, 1), 2)))
    assert [(image.id, len(image.objects)) for image in images] == [
        ("cell_t000_z000", 0), ("cell_t000_z001", 0), ("cell_t001_z000", 1), ("cell_t001_z001", 0)
    ]  # fmt: skip


def test_images_of_different_sizes_are_not_stacked() -> None:
    images = [MaskedImage(id=str(n), shape=(n, 4), objects=()) for n in (3, 3, 5)]
    assert [len(group) for group in by_shape(images)] == [2, 1]
    with pytest.raises(RLEFormatError, match=r"2 of 3 x 4, 1 of 5 x 4"):
        labels_of(images, Path("train.csv"))
