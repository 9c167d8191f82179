"""The input of the network for nucleus centres."""

from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.inference.inputs.centre_grid import foreground_level, network_input

SIZE = (2.0, 0.18, 0.18)


@pytest.fixture
def volume() -> np.ndarray:
    """A bright block in noise."""
    volume = np.random.default_rng(0).normal(100, 3, (6, 80, 100))
    volume[2:4, 30:50, 40:60] += 400
    return volume.astype(np.uint16)


@pytest.fixture
def probability() -> np.ndarray:
    probability = np.zeros((6, 80, 100), np.uint8)
    probability[2:4, 30:50, 40:60] = 250
    return probability


def test_the_grid_has_cells_of_one_size(volume: np.ndarray, probability: np.ndarray) -> None:
    images, foreground = network_input(volume, probability, SIZE)
    assert images.shape == (2, 12, 40, 50)
    assert images.dtype == np.float32
    assert foreground.shape == images.shape[1:]
    assert network_input(volume, probability, SIZE, scale=2.0)[0].shape == (2, 6, 20, 25)


def test_intensities_are_scaled_near_the_foreground(volume: np.ndarray, probability: np.ndarray) -> None:
    images, foreground = network_input(volume, probability, SIZE)
    wide = [np.pad(one, ((0, 0), (0, 400), (0, 500))) for one in (volume, probability)]
    padded, _ = network_input(*wide, SIZE)
    np.testing.assert_allclose(padded[..., :35, :45], images[..., :35, :45], atol=0.02)
    assert 0.8 < images[0][foreground].mean() < 1.1
    assert images[0].min() >= np.float32(-0.2)


def test_a_white_plane_becomes_background(volume: np.ndarray, probability: np.ndarray) -> None:
    volume[5] = 60000
    images, foreground = network_input(volume, probability, SIZE)
    assert images[0, -2:].max() < 0.3
    assert 0.8 < images[0][foreground].mean() < 1.1


@pytest.mark.parametrize(("highest", "level"), [(0, 1), (1, 1), (60, 30), (255, 127.5)])
def test_the_foreground_begins_at_half_of_a_low_probability(highest: int, level: float) -> None:
    assert foreground_level(np.array([0, highest], np.uint8)) == level
