"""Touching nuclei of a volume come apart at their centres."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from helpers.drawn.balls import balls, peaks
from napari_devolearn._types import Labels, VoxelSize
from napari_devolearn.postprocess.nuclei_3d import split_volume

SIDE_BY_SIDE: list[VoxelSize] = [(6, 5, 4.3), (6, 5, 7.7)]
"""Two nuclei of 4 um whose centres are 3.4 um apart."""

STACKED: list[VoxelSize] = [(4.3, 5, 6), (7.7, 5, 6)]


def split(mask: npt.NDArray[np.bool_], size: VoxelSize, min_diameter: float = 0.0) -> Labels:
    """Without any predicted centre."""
    return split_volume(mask, np.zeros(mask.shape, np.uint8), size, min_diameter)


@pytest.mark.parametrize("centres", [SIDE_BY_SIDE, STACKED])
@pytest.mark.parametrize("size", [(1.0, 0.25, 0.25), (0.5, 0.4, 0.4), (1.0, 0.09, 0.09)])
def test_two_touching_nuclei_are_two(centres: list[VoxelSize], size: VoxelSize) -> None:
    z, y, x = (int(12 / s) for s in size)
    mask = balls(centres, 2.0, (z, y, x), size)
    labels = split_volume(mask, peaks(centres, 2.0, (z, y, x), size), size)
    assert labels.dtype == np.uint32
    np.testing.assert_array_equal(labels > 0, mask)
    sizes = np.bincount(labels.ravel())[1:]
    assert len(sizes) == 2
    assert sizes.min() > 0.8 * sizes.max()


def nuclei_of(heights: list[float]) -> int:
    """Nuclei of a rod whose predicted centres have these heights along x."""
    row = np.rint(255 * np.array(heights)).astype(np.uint8)
    centres = np.broadcast_to(row, (3, 3, len(row))).copy()
    return int(split_volume(np.ones(centres.shape, bool), centres, (1.0, 0.4, 0.4)).max())


def test_a_saddle_nearly_as_high_as_the_lower_peak_is_within_one_nucleus() -> None:
    assert nuclei_of([0.2, 1.0, 0.45, 0.6, 0.2]) == 2
    assert nuclei_of([0.2, 1.0, 0.58, 0.6, 0.2]) == 1


def beside_five(heights: list[float]) -> int:
    """Nuclei of a rod, beside five nuclei of 5 cells."""
    rods = [[0.2, 0.6, 1.0, 0.6, 0.2]] * 5 + [heights]
    rows = np.zeros((1, 2 * len(rods), 12))
    for y, rod in enumerate(rods):
        rows[0, 2 * y, : len(rod)] = rod
    centres = np.rint(255 * rows).astype(np.uint8)
    return int(split_volume(rows > 0, centres, (1.0, 0.4, 0.4)).max()) - 5


def test_what_is_larger_than_most_nuclei_is_split_at_a_higher_saddle() -> None:
    assert beside_five([0.2, 0.6, 1.0, 0.96, 1.0, 0.6, 0.2, 0.1, 0.1, 0.1]) == 2
    assert beside_five([0.2, 0.6, 1.0, 0.995, 1.0, 0.6, 0.2, 0.1, 0.1, 0.1]) == 1
    assert beside_five([0.2, 1.0, 0.96, 1.0, 0.2]) == 1


def test_a_low_peak_is_no_nucleus_of_its_own() -> None:
    assert nuclei_of([0.5, 1.0, 0.0, 0.3, 0.0]) == 2
    assert nuclei_of([0.5, 1.0, 0.0, 0.1, 0.0]) == 1


@pytest.mark.parametrize("shape", [(1, 1, 1), (3, 4, 5), (2, 50, 50), (1, 50, 50), (40, 3, 3)])
@pytest.mark.parametrize("size", [(1, 1, 1), (0.1, 0.1, 0.1), (10, 0.2, 0.2), (0.05, 3, 3)])
def test_without_centres_a_connected_part_is_one(shape: tuple[int, int, int], size: VoxelSize) -> None:
    assert split(np.zeros(shape, bool), size).max() == 0
    assert split(np.ones(shape, bool), size).max() == 1


def test_parts_with_a_gap_finer_than_the_grid_stay_apart() -> None:
    mask = np.zeros((5, 40, 41), bool)
    mask[:, 10:30, 1:20] = mask[:, 10:30, 21:40] = True
    labels = split(mask, (1.0, 0.09, 0.09))
    assert labels.max() == 2
    assert np.unique(labels[:, :, :20]).tolist() == [0, 1]
    assert np.unique(labels[:, :, 20:]).tolist() == [0, 2]


def test_small_objects_are_dropped_by_their_size_in_um() -> None:
    size = (1.0, 0.25, 0.25)
    mask = balls([(6, 3, 3)], 2.0, (12, 48, 48), size) | balls([(6, 9, 9)], 1.0, (12, 48, 48), size)
    assert split(mask, size).max() == 2
    assert split(mask, size, min_diameter=3.0).max() == 1


def test_noise_is_labelled_everywhere_and_without_gaps() -> None:
    rng = np.random.default_rng(0)
    mask = rng.random((8, 30, 30)) < 0.4
    labels = split_volume(mask, rng.integers(0, 256, mask.shape, np.uint8), (1.0, 0.2, 0.2))
    np.testing.assert_array_equal(labels > 0, mask)
    np.testing.assert_array_equal(np.unique(labels), np.arange(labels.max() + 1))
