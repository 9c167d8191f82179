from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from helpers.files.prepared_pairs import write_prepared
from napari_devolearn.exceptions import DatasetError
from napari_devolearn.inference.inputs.normalise import normalise
from napari_devolearn.inference.inputs.opening import as_movie
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.data.augment import AugmentParams
from napari_devolearn.training.data.batches import load_batches
from napari_devolearn.training.data.dataset import PairsDataset
from napari_devolearn.training.data.pairs import read_pairs


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return write_prepared(tmp_path / "data")


def spec(**wanted: Any) -> ModelSpec:
    return ModelSpec(**({"name": "x", "task": "nucleus", "pixel_size": 0.2, "sha256": "0" * 64} | wanted))


CONTEXT = {"context": 1, "in_channels": 3, "z_step": 0.5}


def test_a_held_out_item_is_a_whole_slice_as_in_inference(folder: Path) -> None:
    pairs = read_pairs(folder)
    data = PairsDataset(folder, pairs, spec(outputs=("foreground", "center")))
    image, target = data[4]
    pixels = np.asarray(Image.open(folder / "images" / pairs[4].file))
    np.testing.assert_allclose(image[0], normalise(pixels, (1.0, 99.8)), atol=1e-5)
    assert target.shape == (2, 64, 48)
    assert image.dtype == target.dtype == torch.float32
    assert int(target[0].sum()) == pairs[4].foreground


@pytest.mark.parametrize("pixel_size", [0.1, 0.4])
def test_items_have_the_pixel_size_of_the_model_and_masks_stay_binary(
    folder: Path, pixel_size: float
) -> None:
    pairs = read_pairs(folder)
    image, target = PairsDataset(folder, pairs, spec(pixel_size=pixel_size))[0]
    assert image.shape == target.shape == (1, round(64 * 0.2 / pixel_size), round(48 * 0.2 / pixel_size))
    assert set(np.unique(target)) == {0, 1}
    area = float(target.sum()) * pixel_size**2
    assert area == pytest.approx(pairs[0].foreground * 0.2**2, rel=0.15)


def test_context_equals_that_of_inference(folder: Path) -> None:
    pairs = read_pairs(folder)
    data = PairsDataset(folder, pairs, spec(**CONTEXT))
    volume = np.stack([np.asarray(Image.open(folder / "images" / pair.file)) for pair in pairs[3:6]])
    movie = as_movie(volume, (1.0, 0.2, 0.2), 0.2)
    for z in range(3):
        expected = normalise(movie.slab(0, z, 1, 0.5), (1.0, 99.8))
        np.testing.assert_allclose(data[3 + z][0], expected, atol=1e-5)


def test_the_last_slice_before_a_gap_replaces_missing_ones(folder: Path) -> None:
    alone = [pair for pair in read_pairs(folder) if pair.z == 1]
    image, _ = PairsDataset(folder, alone, spec(**CONTEXT))[0]
    np.testing.assert_allclose(image, image[1].expand(3, -1, -1), atol=1e-6)


def test_randomness_depends_only_on_seed_epoch_and_index(folder: Path) -> None:
    pairs = read_pairs(folder)

    def dataset(seed: int = 0) -> PairsDataset:
        return PairsDataset(folder, pairs, spec(**CONTEXT), crop=32, seed=seed)

    walked, resumed, other = dataset(), dataset(), dataset(seed=1)
    for epoch in (0, 1):
        walked.set_epoch(epoch)
        seen = [walked[index] for index in range(len(walked))]
    resumed.set_epoch(1)
    other.set_epoch(1)
    for index in (7, 2):
        for before, after in zip(seen[index], resumed[index], strict=True):
            assert torch.equal(before, after)
        assert not torch.equal(seen[index][0], other[index][0])
    resumed.set_epoch(0)
    assert not torch.equal(seen[2][0], resumed[2][0])


def test_workers_do_not_change_the_data(folder: Path) -> None:
    data: Any = PairsDataset(folder, read_pairs(folder), spec(), crop=32)
    batches = [list(range(start, start + 3)) for start in range(0, len(data), 3)]
    with load_batches(data, batches, workers=1, device="cpu") as loaded:
        for batch, (images, targets) in zip(batches, loaded, strict=True):
            for place, item in enumerate(batch):
                image, target = data[item]
                assert torch.equal(images[place], image)
                assert torch.equal(targets[place], target)


def test_16_bit_slices_are_augmented_at_their_own_brightness(folder: Path) -> None:
    pairs = read_pairs(folder)
    path = folder / "images" / pairs[0].file
    Image.fromarray(np.asarray(Image.open(path)).astype(np.uint16) * 20).save(path)
    calm = AugmentParams(scale=(1, 1), rotate=0, shear=0, flip=False, gauss=(0.05, 0.05), poisson=(0, 0))
    image, target = PairsDataset(folder, pairs, spec(), crop=64, augment=calm)[0]
    bright, dark = (float(image[0][target[0] == value].median()) for value in (1, 0))
    assert bright > dark + 0.3


def test_augmentation_becomes_weaker_from_an_epoch_on(folder: Path) -> None:
    calm, pairs = AugmentParams(rotate=0, gauss=(0, 0)), read_pairs(folder)
    settling = PairsDataset(folder, pairs, spec(), crop=32, final_augment=calm, final_from=3)
    wild = PairsDataset(folder, pairs, spec(), crop=32)
    gentle = PairsDataset(folder, pairs, spec(), crop=32, augment=calm)
    for epoch, like in ((2, wild), (3, gentle)):
        for data in (settling, like):
            data.set_epoch(epoch)
        assert torch.equal(settling[0][0], like[0][0])
    wild.set_epoch(3)
    assert not torch.equal(settling[0][0], wild[0][0])


def test_nan_pixels_are_refused(tmp_path: Path) -> None:
    folder = write_prepared(tmp_path / "data")
    pair = read_pairs(folder)[0]
    spec = ModelSpec(name="n", task="nucleus", pixel_size=0.2, sha256="0" * 64)
    plane = np.ones((pair.height, pair.width), np.float32)
    plane[3, 4:6] = np.nan
    Image.fromarray(plane).save(folder / "images" / pair.file, format="TIFF")
    with pytest.raises(DatasetError, match=r"embryo_t000_z000\.png: 2 of \d+ pixels are NaN or infinite"):
        PairsDataset(folder, [pair], spec)[0]


@pytest.mark.parametrize("context", [{}, CONTEXT], ids=["lone slices", "with neighbours"])
def test_a_crop_can_be_scaled_by_its_whole_slice(folder: Path, context: dict[str, Any]) -> None:
    """One object is far brighter than all others, as in mitosis: crops without it are dim."""
    pairs = read_pairs(folder)
    for pair in pairs:
        pixels = np.asarray(Image.open(folder / "images" / pair.file)).copy()
        pixels[-8:, -8:] = 250
        Image.fromarray(pixels).save(folder / "images" / pair.file)
    still = AugmentParams(
        **dict.fromkeys(("blur", "offset", "contrast", "depth", "streaks", "gauss", "poisson"), (0.0, 0.0)),
        **dict.fromkeys(("scale", "coarse", "gamma"), (1.0, 1.0)),
        rotate=0,
        shear=0,
    )
    chosen = {"crop": 32, "augment": still}
    own = PairsDataset(folder, pairs, spec(**context), **chosen)
    whole = PairsDataset(folder, pairs, spec(**context), **chosen, whole_levels=True)
    images = [(own[0][0], whole[0][0])]
    for epoch in range(1, 12):
        own.set_epoch(epoch)
        whole.set_epoch(epoch)
        images.append((own[0][0], whole[0][0]))
    assert all(one.shape == other.shape for one, other in images)
    dim = [(float(one.max()), float(other.max())) for one, other in images if other.max() < 0.9]
    assert dim
    assert all(mine == pytest.approx(1, abs=0.05) for mine, _ in dim)
    levels = {round(level, 1) for _, level in dim}
    assert levels == {round((110 - 10) / (250 - 10), 1)}
