from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.lineage.decoding.straight_clock import GRID, fit_straight_clock


@pytest.mark.parametrize(
    ("start", "speed", "frames"), [(5.0, 1.0, 80), (20.0, 0.05, 900), (-6.0, 12.0, 9)], ids=str
)
def test_the_line_of_minimum_cost_is_found(start: float, speed: float, frames: int) -> None:
    grid = np.arange(-10, 100, GRID)
    age = start + speed * np.arange(frames)
    cost = np.abs(age[:, None] - grid)
    found_start, found_speed = fit_straight_clock(cost, grid)
    middle = frames / 2
    assert found_start + found_speed * middle == pytest.approx(start + speed * middle, abs=1)
    assert found_speed == pytest.approx(speed, rel=0.05)
