from __future__ import annotations

import numpy as np
import pytest

from research.drawing.outlines import fill_clefts, fill_membranes, largest_part, wrap_nuclei

STEP = (0.5, 0.5, 0.5)


def balls(*middles: tuple[float, float, float], radius: float = 6.0) -> np.ndarray:
    """Distance of each voxel of 20 by 24 by 34 um to the nearest surface of these balls, below 0 inside."""
    z, y, x = np.ogrid[:40, :48, :68]
    parts = [
        np.sqrt(((z * 0.5 - a) ** 2 + (y * 0.5 - b) ** 2 + (x * 0.5 - c) ** 2).astype(float)) - radius
        for a, b, c in middles
    ]
    return np.min(parts, axis=0)


def test_two_cells_are_filled_to_their_membranes_and_a_speck_is_left_out() -> None:
    """Two hollow cells beside each other, and a speck far away."""
    away = balls((10, 12, 11), (10, 12, 22))
    image = np.where(np.abs(away) < 0.4, 200, 0) + np.where(away < 0, 10, 0)
    image[2:4, 2:4, 2:4] = 200
    found = fill_membranes(image.astype(np.uint8), STEP)
    inside = fill_clefts(away < 0.4, STEP)
    assert (found & inside).sum() / (found | inside).sum() > 0.75, "a hull that blur widens by a voxel"
    assert found[20, 24, 22], "the inside of a cell is embryo, however dark"
    assert not found[3, 3, 3]


def test_a_narrow_cleft_belongs_to_the_embryo_and_a_wide_one_does_not() -> None:
    plane = np.zeros((1, 40, 60), bool)
    plane[:, 10:30, 5:25] = plane[:, 10:30, 29:45] = True
    filled = fill_clefts(plane, STEP)
    assert filled[0, 20, 27]
    plane[:, :, 25:41] = False
    assert not fill_clefts(plane, STEP)[0, 20, 33]


@pytest.mark.parametrize(("hull", "filled"), [(True, True), (False, False)])
def test_nuclei_are_wrapped_with_a_rim(hull: bool, filled: bool) -> None:
    """Three nuclei, 5 um wide, at the corners of a triangle of 30 um."""
    nuclei = np.zeros((80, 80), bool)
    for y, x in ((10, 40), (65, 8), (65, 65)):
        nuclei[y : y + 10, x : x + 10] = True
    found = wrap_nuclei(nuclei, 0.5, hull=hull)
    assert found[9, 45], "a rim of cytoplasm"
    assert found[45, 42] == filled
    assert not wrap_nuclei(np.zeros((8, 8), bool), 0.5, hull=hull).any()


def test_the_largest_part_is_kept() -> None:
    mask = np.array([[1, 1, 0, 1], [1, 0, 0, 0]], bool)
    np.testing.assert_array_equal(largest_part(mask), [[1, 1, 0, 0], [1, 0, 0, 0]])
    assert not largest_part(mask & False).any()
