"""Simulated volumes of crowded nuclei."""

from __future__ import annotations

import numpy as np
import pytest

from research.drawing.crowded_volumes import CrowdedVolume, draw_crowded
from research.drawing.projection import Nuclei


@pytest.fixture
def nuclei() -> Nuclei:
    """A lattice of 3 x 3 x 6 nuclei, 5 um apart; one divides."""
    position = np.stack(np.meshgrid(*(np.arange(n) * 5.0 for n in (3, 3, 6)), indexing="ij"), -1).reshape(
        -1, 3
    )
    none = np.full(len(position), 99, np.float32)
    return Nuclei(
        position=position.astype(np.float32),
        diameter=none,
        since_birth=none,
        to_division=np.where(np.arange(len(position)) == 0, 1, none).astype(np.float32),
        axis=np.tile(np.float32([0, 0, 1]), (len(position), 1)),
        lineage=np.zeros(len(position), np.int64),
    )


def at_centres(volume: CrowdedVolume) -> np.ndarray:
    place = np.rint(volume.centre / np.array(volume.voxel_size)).astype(int)
    return volume.image[tuple(place.T)].astype(float)


@pytest.mark.parametrize("seed", range(4))
def test_nuclei_are_bright_at_their_centres(nuclei: Nuclei, seed: int) -> None:
    volume = draw_crowded(nuclei, np.random.default_rng(seed))
    assert volume.image.dtype == np.uint8
    assert len(volume.centre) == len(volume.radius) == len(nuclei)
    assert at_centres(volume).mean() > 1.3 * volume.image.mean()


@pytest.mark.parametrize("seed", range(4))
def test_nuclei_are_inside_at_their_centres_and_of_their_radius(nuclei: Nuclei, seed: int) -> None:
    volume = draw_crowded(nuclei, np.random.default_rng(seed))
    inside = volume.inside >= 128
    assert inside[tuple(np.rint(volume.centre / np.array(volume.voxel_size)).astype(int).T)].mean() > 0.95
    lengthened = inside.sum() * np.prod(volume.voxel_size) / (4 / 3 * np.pi * volume.radius**3).sum()
    assert 0.9 < lengthened < 1.45


def test_a_volume_depends_only_on_its_seed(nuclei: Nuclei) -> None:
    one, same, other = (draw_crowded(nuclei, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(one.image, same.image)
    assert one.voxel_size != other.voxel_size or one.image.shape != other.image.shape
