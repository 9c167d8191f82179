from __future__ import annotations

import numpy as np
import pytest

from napari_devolearn.simulate.packing import GAP, relax


def _distances(centers: np.ndarray) -> np.ndarray:
    return np.linalg.norm(centers[:, None] - centers, axis=-1) + 1e9 * np.eye(len(centers))


def test_overlaps_are_removed_and_nuclei_stay_inside() -> None:
    centers = np.random.default_rng(0).normal(size=(30, 3))
    least = np.full((30, 30), 4.0)
    room = np.tile([8.0, 10.0, 15.0], (30, 1))
    new = relax(centers, least, least, room, steps=0)
    assert _distances(new).min() > 4.0 - GAP / 2
    assert ((new / room) ** 2).sum(1).max() <= 1 + 1e-9


def test_cells_spread_out() -> None:
    centers = np.array([[0.0, 0.0, -2.5], [0.0, 0.0, 2.5]])
    room = np.full((2, 3), 20.0)
    new = relax(centers, np.full((2, 2), 4.0), np.full((2, 2), 9.0), room, steps=100)
    assert _distances(new).min() == pytest.approx(9.0, abs=0.1)


def test_too_many_are_refused() -> None:
    centers = np.random.default_rng(0).normal(size=(30, 3))
    with pytest.raises(ValueError, match="no room for 30 nuclei"):
        relax(centers, np.full((30, 30), 4.0), np.zeros((30, 30)), np.full((30, 3), 3.0), steps=0)
