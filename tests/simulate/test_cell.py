from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.simulate.cell import Cell, daughters, first_cells
from napari_devolearn.simulate.nucleus import DAUGHTER_DIAMETER, diameter


@pytest.fixture
def mother() -> Cell:
    """Label 1, divides at minute 10."""
    (cell,) = first_cells(1, np.array([10.0, 10.0, 10.0]), np.random.default_rng(0))
    cell.divides = 10.0
    return cell


def test_nucleus_flattens_and_brightens_towards_division(mother: Cell) -> None:
    assert mother.half_sizes(0) == (mother.radius, mother.radius)
    along, across = mother.half_sizes(10)
    assert along < 0.3 * across < across < mother.radius
    assert mother.brightness(10) == pytest.approx(3 * mother.brightness(0))


def test_daughters_lie_along_the_spindle_and_become_round(mother: Cell) -> None:
    left, right = daughters(mother, 2, 10.0, 2, np.random.default_rng(0))
    assert (left.label, left.parent, right.label, right.parent) == (2, 1, 3, 1)
    np.testing.assert_allclose((left.center + right.center) / 2, mother.center)
    np.testing.assert_allclose(left.axis(10), mother.spindle)
    assert left.half_sizes(10)[0] < left.half_sizes(12)[0] < left.half_sizes(14)[0] == left.radius


def test_daughters_follow_the_measured_size() -> None:
    assert diameter(20) == pytest.approx(diameter(10) * DAUGHTER_DIAMETER)
    assert diameter(10) == pytest.approx(5.6, abs=0.3)
    assert diameter(350) == pytest.approx(3.06, abs=0.1)
