from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.drawn.neuron_pictures import write_pictures
from napari_devolearn.exceptions import DatasetError
from research.recipes.neuron_images import NeuronImages, find_images, read_pair


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_pictures(tmp_path, range(1, 4))


def test_whole_images_are_scaled_by_their_longer_edge(folder: Path) -> None:
    data = NeuronImages(find_images(folder), edge=64, percentiles=(0.5, 99.5))
    image, mask = data[0]
    assert len(data) == 3
    assert image.shape == mask.shape == (1, 48, 64)
    assert mask.mean() == pytest.approx(0.25, abs=0.02)
    assert image[mask > 0].max() < 0.4 < 0.6 < image[mask == 0].min()


def test_crops_differ_only_by_epoch_and_repeat(folder: Path) -> None:
    def crops(epoch: int) -> list[torch.Tensor]:
        data = NeuronImages(find_images(folder), edge=64, percentiles=(0.5, 99.5), crop=32, repeats=2, seed=3)
        data.set_epoch(epoch)
        return [data[index][0] for index in range(len(data))]

    first = crops(0)
    assert len(first) == 6
    assert first[0].shape == (1, 32, 32)
    assert all(torch.equal(one, same) for one, same in zip(first, crops(0), strict=True))
    assert not torch.equal(first[0], first[1])
    assert not torch.equal(first[0], crops(1)[0])


def test_images_without_masks_and_folders_without_images_are_reported(folder: Path, tmp_path: Path) -> None:
    (folder / "masks" / "002.png").unlink()
    with pytest.raises(DatasetError, match=r"no mask for 002\.jpg"):
        find_images(folder)
    with pytest.raises(DatasetError, match=r"no images/\*\.jpg"):
        find_images(tmp_path / "elsewhere")


def test_a_mask_of_a_different_size_is_reported(folder: Path) -> None:
    Image.fromarray(np.zeros((3, 4), np.uint8)).save(folder / "masks" / "001.png")
    with pytest.raises(DatasetError, match=r"001\.jpg: \(96, 128\) pixels, but its mask \(3, 4\)"):
        read_pair(folder / "images" / "001.jpg")
