"""The size of a volume's nuclei."""

from __future__ import annotations

import numpy as np
import pytest

from helpers.drawn.balls import balls
from napari_devolearn.postprocess.nucleus_radius import nucleus_radius


@pytest.mark.parametrize("radius", [1.5, 4.0])
def test_the_radius_is_near_that_of_most_nuclei(radius: float) -> None:
    """Slices cut most of them above or below their middle."""
    size = (1.0, 0.2, 0.2)
    mask = balls([(8, 6, 6), (8, 6, 18), (8, 18, 6)], radius, (16, 120, 120), size)
    assert 0.85 * radius < nucleus_radius(mask, np.array(size)) <= 1.05 * radius


def test_an_empty_volume_has_the_smallest_radius() -> None:
    assert nucleus_radius(np.zeros((3, 8, 8), bool), np.ones(3)) == 0.5
