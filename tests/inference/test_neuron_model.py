from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from helpers.real_data import DATA, needs_data
from napari_devolearn.evaluation.overlap import foreground_scores, overlap_of
from napari_devolearn.inference.load import load_model
from napari_devolearn.inference.model import Model
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.segment import segment
from napari_devolearn.io.pictures.picture import to_grey

PICTURES = DATA / "neurons_pfc"
UNSEEN = ("022", "052", "106")


@pytest.fixture(scope="module")
def neuron() -> Model:
    """The bundled neuron model, on the CPU."""
    return load_model("neuron", device="cpu")


@pytest.fixture(scope="module")
def noise() -> np.ndarray:
    """An RGB image as from a camera, (65, 88, 3), with noise only."""
    return np.random.default_rng(0).normal(150, 3, (65, 88, 3)).clip(0, 255).astype(np.uint8)


def test_rgb_is_greyscale_and_the_field_of_view_gives_the_pixel_size(
    neuron: Model, noise: np.ndarray
) -> None:
    with pytest.warns(UserWarning, match="voxel size unknown: 1.455 um is assumed"):
        labels = segment(noise, neuron)
    assert labels.shape == (65, 88)
    same = neuron.predict(to_grey(noise), voxel_size=(128 / 88, 128 / 88))
    np.testing.assert_array_equal(neuron.predict(noise, voxel_size=(128 / 88, 128 / 88)), same)


def test_uneven_and_noisy_background_has_no_neurons(neuron: Model) -> None:
    rng = np.random.default_rng(0)
    ground = np.linspace(120, 180, 320) + rng.normal(0, 3, (240, 320))
    assert not segment(ground.astype(np.uint8), neuron, voxel_size=(0.2, 0.2)).any()


@needs_data("neurons_pfc")
def test_held_out_neurons_are_found(neuron: Model) -> None:
    overlaps, cells = [], []
    for name in UNSEEN:
        picture = np.asarray(Image.open(Path(PICTURES / "images" / f"{name}.jpg")))
        truth = np.asarray(Image.open(PICTURES / "masks" / f"{name}.png")) > 0
        labels = segment(picture, neuron, SegmentParams(), voxel_size=(0.1, 0.1))
        cells.append(int(labels.max()))
        overlaps.append(overlap_of(labels > 0, truth))
    iou = foreground_scores(overlaps)["iou"]
    assert iou is not None
    assert iou > 0.78
    assert cells == [1, 1, 1]
