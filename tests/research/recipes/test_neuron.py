from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from helpers.drawn.neuron_pictures import write_pictures
from napari_devolearn.models.spec import ModelSpec
from research.recipes.find import change_recipe, find_recipe
from research.recipes.neuron import RECIPE, datasets, part_images


def test_each_sixth_image_is_held_out() -> None:
    train, held_out = part_images([Path(f"{n:03d}.jpg") for n in range(2, 18)])
    assert [path.stem for path in held_out] == ["004", "010", "016"]
    assert len(train) == 13
    assert not set(train) & set(held_out)


def test_the_data_are_crops_and_whole_images(tmp_path: Path) -> None:
    write_pictures(tmp_path, range(3, 6))
    train, held_out = datasets(tmp_path, replace(RECIPE.params, crop=64))
    assert len(held_out) == 1
    assert train[0][0].shape == (1, 64, 64)
    assert held_out[0][0].shape == (1, 480, 640)


def test_the_recipe_is_found_and_small() -> None:
    assert find_recipe("neuron") is RECIPE
    assert RECIPE.spec.default_pixel_size((960, 1280)) == pytest.approx(0.1)


def test_another_network_starts_from_random_weights() -> None:
    recipe = find_recipe("neuron")
    assert change_recipe(recipe, {"epochs": 1}).start is recipe.start is not None
    assert change_recipe(recipe, {"encoder": "resnet18"}).start is None
    plain = change_recipe(recipe, {"architecture": "plain-unet"})
    assert (plain.start, plain.spec.decoder_channels) == (None, ModelSpec.decoder_channels)
