from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from napari_devolearn.postprocess.nuclei import split_nuclei

SIZE = (1.0, 0.25, 0.25)


def discs(centres: list[tuple[float, float]], radius: float, size: float = 0.25) -> npt.NDArray[np.bool_]:
    """Discs of a radius, at centres (Y, X), in a slice of 12 x 12 um, all in um."""
    y, x = np.ogrid[: int(12 / size), : int(12 / size)]
    near = [(y * size - cy) ** 2 + (x * size - cx) ** 2 < radius**2 for cy, cx in centres]
    return np.any(near, axis=0)


@pytest.mark.parametrize("size", [0.25, 0.4, 0.09])
def test_two_touching_nuclei_are_split(size: float) -> None:
    """Of 4 um, their centres 3.4 um apart."""
    mask = discs([(5, 4.3), (5, 7.7)], 2.0, size)
    labels = split_nuclei(mask, (1.0, size, size))
    assert labels.dtype == np.uint32
    np.testing.assert_array_equal(labels > 0, mask)
    sizes = np.bincount(labels.ravel())[1:]
    assert len(sizes) == 2
    assert sizes.min() > 0.8 * sizes.max()


def test_one_nucleus_is_not_split() -> None:
    assert split_nuclei(discs([(6, 6)], 4.0), SIZE).max() == 1


def test_objects_below_the_minimum_diameter_are_removed() -> None:
    mask = discs([(3, 3)], 2.0) | discs([(9, 9)], 1.0)
    assert split_nuclei(mask, SIZE, min_diameter=0.0).max() == 2
    assert split_nuclei(mask, SIZE, min_diameter=3.0).max() == 1


@pytest.mark.parametrize("shape", [(1, 1), (4, 5)])
def test_empty_and_full_masks_are_labelled(shape: tuple[int, int]) -> None:
    assert split_nuclei(np.zeros(shape, bool), (1, 1, 1)).max() == 0
    assert split_nuclei(np.ones(shape, bool), (0.1, 0.1, 0.1)).max() == 1
