from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn._types import Probability
from napari_devolearn.postprocess.cells import DEPTH_SCALE, split_cells

Size = tuple[float, float, float]


def two_cells(size: Size, axis: int) -> tuple[Probability, Probability]:
    """Return interior and distance of two cubes of 6 um, adjacent along an axis.

    There is no gap between them::


    . . . . . . . .
    . a a a b b b .
    . a a a b b b .
    . . . . . . . .
    """
    extent = [8.0, 8.0, 8.0]
    extent[axis] = 14.0
    grid = np.meshgrid(
        *((np.arange(int(e / s)) + 0.5) * s for e, s in zip(extent, size, strict=True)), indexing="ij"
    )
    depths = [np.minimum(g - 1, e - 1 - g) for g, e in zip(grid, extent, strict=True)]
    depths[axis] = np.minimum(depths[axis], np.abs(grid[axis] - 7))
    depth = np.maximum(np.min(depths, axis=0), 0)
    inside = np.all([(g > 1) & (g < e - 1) for g, e in zip(grid, extent, strict=True)], axis=0)
    distance = np.rint(255 * (1 - np.exp(-depth / DEPTH_SCALE))).astype(np.uint8)
    return np.where(inside, 230, 5).astype(np.uint8), distance


@pytest.mark.parametrize("axis", [0, 1, 2])
@pytest.mark.parametrize("size", [(0.5, 0.25, 0.25), (1.0, 0.2, 0.2), (0.3, 0.3, 0.3)])
def test_touching_cells_are_split_at_the_valley(size: Size, axis: int) -> None:
    interior, distance = two_cells(size, axis)
    labels = split_cells(interior, 0.5, size, distance=distance)
    assert labels.dtype == np.uint32
    np.testing.assert_array_equal(labels > 0, interior > 128)
    counts = np.bincount(labels.ravel())[1:]
    assert len(counts) == 2
    assert counts.min() > 0.75 * counts.max()


def test_a_slice_is_split_as_a_plane() -> None:
    interior, distance = two_cells((0.25,) * 3, 2)
    labels = split_cells(interior[16], 0.5, (0.25, 0.25), distance=distance[16])
    assert labels.shape == interior[16].shape
    assert labels.max() == 2


def test_without_the_distance_output_gaps_separate_cells() -> None:
    interior, _ = two_cells((0.5, 0.25, 0.25), 2)
    interior[:, :, 27:29] = 60
    labels = split_cells(interior, 0.5, (0.5, 0.25, 0.25))
    assert labels.max() == 2
    np.testing.assert_array_equal(labels > 0, interior > 128)


def test_the_threshold_moves_the_border() -> None:
    interior, distance = two_cells((0.5, 0.25, 0.25), 2)
    interior[:, :5] = np.minimum(interior[:, :5], 150)
    assert (split_cells(interior, 0.7, (0.5, 0.25, 0.25), distance=distance)[:, :5] == 0).all()
    assert split_cells(interior, 0.5, (0.5, 0.25, 0.25), distance=distance)[:, 4].any()


def test_holes_in_cells_are_filled_but_not_gaps_between_them() -> None:
    interior, distance = two_cells((0.5, 0.25, 0.25), 2)
    interior[8, 14:17, 12:15] = 0
    interior[:, :, 27:29] = 0
    labels = split_cells(interior, 0.5, (0.5, 0.25, 0.25), distance=distance)
    assert labels[8, 15, 13] == labels[8, 15, 18] > 0
    assert not labels[:, :, 27:29].any()


def test_cells_below_the_minimum_diameter_are_removed() -> None:
    size = (0.5, 0.25, 0.25)
    interior, distance = two_cells(size, 2)
    assert split_cells(interior, 0.5, size, 7.0, distance).max() == 2
    assert split_cells(interior, 0.5, size, 8.0, distance).max() == 0


def test_specks_are_removed_and_thin_cells_are_kept() -> None:
    size = (0.5, 0.25, 0.25)
    interior, distance = two_cells(size, 2)
    interior[14, 4:7, 4:7] = 230  # in the plane above the first cell, next to its corner
    interior[15:] = 0
    labels = split_cells(interior, 0.5, size, distance=distance)
    assert not labels[14].any()
    assert labels[13, 5, 5] > 0


def test_polar_bodies_are_removed_from_a_volume() -> None:
    size = (0.5, 0.5, 0.5)
    interior = np.zeros((12, 12, 12), np.uint8)
    interior[3:8, 3:8, 3:8] = 255  # 2.5 um each way
    assert split_cells(interior, 0.5, size, 0.0).max() == 0
    assert split_cells(interior[5], 0.5, size, 0.0).max() == 1


@pytest.mark.parametrize("shape", [(1, 1), (4, 5), (3, 4, 5)])
@pytest.mark.parametrize("value", [0, 255])
def test_empty_and_full_images_are_labelled(shape: tuple[int, ...], value: int) -> None:
    full = np.full(shape, value, np.uint8)
    labels = split_cells(full, 0.5, (1.0, 1.0, 1.0), 0.0, full)
    assert labels.shape == shape
    assert labels.max() == (1 if value else 0)
