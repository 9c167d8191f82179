from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile

from napari_devolearn.training.data.pairs import read_pairs
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.write import prepare


def stack(folder: Path, shape: tuple[int, ...], objects: int = 8) -> tuple[Path, PrepareParams]:
    """An image and its mask as tifs with axes (T, Z, Y, X), (Z, Y, X) or (Y, X)."""
    mask = np.zeros(shape, np.uint16)
    for number in range(objects):
        start = number * shape[-1] // objects
        mask[..., 5:15, start : start + 3] = number + 1
    for name, pixels in (("image", mask * 10), ("mask", mask)):
        axes = "TZYX"[-len(shape) :]
        tifffile.imwrite(folder / f"{name}.tif", pixels, imagej=True, metadata={"axes": axes})
    truth = str(folder / "mask.tif")
    return folder / "image.tif", PrepareParams(truth=truth, voxel_size=(1.0, 0.2, 0.2))


@pytest.mark.parametrize(
    ("shape", "text", "train", "held_out"),
    [
        ((10, 24, 64), "2 slices of one volume held out", 6, 2),
        ((24, 64), "a strip of 1 slice held out", 1, 1),
        ((3, 24, 64), "a strip of 3 slices held out", 3, 3),
        ((2, 3, 24, 64), "1 of 2 time points held out", 3, 3),
    ],
    ids=["ten slices", "one slice", "three slices", "two volumes"],
)
def test_little_data_are_divided_with_a_warning(
    tmp_path: Path, shape: tuple[int, ...], text: str, train: int, held_out: int
) -> None:
    image, params = stack(tmp_path, shape)
    with pytest.warns(UserWarning, match=f"image: {text}.*evaluate the model on a movie"):
        pairs = prepare([image], tmp_path / "data", params)
    assert read_pairs(tmp_path / "data") == pairs
    splits = [pair.split for pair in pairs if pair.foreground]
    assert (splits.count("train"), splits.count("held_out")) == (train, held_out)


def test_a_folder_without_held_out_data_gives_a_warning(tmp_path: Path) -> None:
    image, params = stack(tmp_path, (24, 64), objects=1)
    with pytest.warns(UserWarning, match="no objects are held out"):
        prepare([image], tmp_path / "data", params)
