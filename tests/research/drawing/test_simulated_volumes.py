from __future__ import annotations

import numpy as np
import pytest

from research.drawing.positions import Embryo
from research.drawing.projection import Nuclei
from research.drawing.simulated_volumes import STEP, SimulatedVolume, simulate_volumes
from research.drawing.volumes import DEPTH_UNIT


@pytest.fixture(scope="module")
def embryo() -> Embryo:
    """An embryo of 45 nuclei 3.5 um apart or more, in an egg of 12 x 14 x 20 um."""
    rng = np.random.default_rng(0)
    grid = np.stack(np.meshgrid(*(np.arange(-9, 10, 3.6),) * 3, indexing="ij"), -1).reshape(-1, 3)
    inside = grid[((grid / (6, 7, 10)) ** 2).sum(1) < 1.6][:45] + rng.normal(0, 0.3, (45, 3))
    count = len(inside)
    nuclei = Nuclei(
        position=inside.astype(np.float32),
        diameter=np.full(count, 3.0, np.float32),
        since_birth=np.full(count, 99.0, np.float32),
        to_division=np.full(count, 99.0, np.float32),
        axis=np.tile(np.float32([0, 0, 1]), (count, 1)),
        lineage=np.zeros(count, np.int64),
    )
    return Embryo(name="grid", times=np.array([1]), frames=(nuclei,), counts=np.zeros((1, 7), np.int64))


@pytest.fixture(scope="module")
def volumes(embryo: Embryo) -> list[SimulatedVolume]:
    """Two volumes."""
    return list(simulate_volumes([embryo], 2, seed=1))


def test_each_nucleus_has_a_cell_and_they_fill_the_embryo(volumes: list[SimulatedVolume]) -> None:
    for made in volumes:
        sizes = np.bincount(made.labels.ravel())[1:] * STEP**3
        assert np.count_nonzero(sizes > 5) >= 40
        assert made.volume.image.shape == made.volume.depth.shape == made.labels.shape


def test_membranes_are_brighter_than_cells_and_cells_than_outside(volumes: list[SimulatedVolume]) -> None:
    for made in volumes:
        depth, image = made.volume.depth * DEPTH_UNIT, made.volume.image
        middle = slice(len(image) // 3, len(image) * 2 // 3)
        membrane, inside, outside = (
            image[middle][where[middle]].mean()
            for where in ((depth > 0) & (depth < 0.25), depth > 1.2, made.labels == 0)
        )
        assert membrane > inside > 0
        assert membrane > outside


def test_each_volume_has_its_own_seed(embryo: Embryo, volumes: list[SimulatedVolume]) -> None:
    (again,) = simulate_volumes([embryo], 1, seed=1)
    np.testing.assert_array_equal(again.volume.image, volumes[0].volume.image)
    assert again.labels.shape != volumes[1].labels.shape or (again.labels != volumes[1].labels).any()
