from __future__ import annotations

import numpy as np
import pytest
from scipy import ndimage

from napari_devolearn.postprocess.components import ball_voxels, bounding_box
from napari_devolearn.postprocess.nuclei import split_nuclei

SIZE = (1.0, 0.25, 0.25)
RNG = np.random.default_rng(0)


@pytest.mark.parametrize(
    "mask",
    [
        RNG.random((9, 40, 50)) < 0.001,
        RNG.random((40, 50)) < 0.01,
        np.asfortranarray(RNG.random((9, 40, 50)) < 0.001),
        (RNG.random((9, 40, 50)) < 0.002)[:, ::2, 1:],
        np.ones((1, 1), bool),
    ],
    ids=["volume", "slice", "Fortran order", "view", "one pixel"],
)
def test_a_bounding_box_contains_the_mask_and_its_margin(mask: np.ndarray) -> None:
    margin = [2, 3, 4][-mask.ndim :]
    box = bounding_box(mask, margin)
    assert box is not None
    for axis, (cut, wide) in enumerate(zip(box, margin, strict=True)):
        inside = np.nonzero(mask)[axis]
        assert cut == slice(max(0, inside.min() - wide), inside.max() + wide + 1)


def test_an_empty_mask_has_no_bounding_box() -> None:
    assert bounding_box(np.zeros((2, 3, 4), bool), [0] * 3) is None


def crowd() -> np.ndarray:
    """Sixty discs of 2 um at random positions in a field of 20 x 20 um; most of them touch others."""
    y, x = np.ogrid[:80, :80]
    mask = np.zeros((80, 80), bool)
    for centre in np.random.default_rng(1).uniform(1, 19, (60, 2)):
        mask |= (y * SIZE[1] - centre[0]) ** 2 + (x * SIZE[2] - centre[1]) ** 2 < 1.0
    return mask


def test_touching_nuclei_are_split() -> None:
    mask = crowd()
    assert split_nuclei(mask, SIZE, 0.5).max() > ndimage.label(mask)[1]


def test_a_ball_of_two_um_has_four_cubic_um() -> None:
    assert ball_voxels(2.0, np.array([1.0, 0.5, 0.5])) == pytest.approx(4.19 / 0.25, rel=1e-3)
    assert ball_voxels(2.0, np.array([0.5, 0.5])) == pytest.approx(3.14 / 0.25, rel=1e-3)
