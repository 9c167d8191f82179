from __future__ import annotations

import numpy as np
import pytest
from scipy.spatial.transform import Rotation

from napari_devolearn.lineage.naming.sulston import fit_rotation, load_sulston


def test_daughters_with_special_names() -> None:
    sulston = load_sulston()
    assert sulston.daughters("EMS") == ("E", "MS")
    assert sulston.daughters("P2") == ("C", "P3")
    assert sulston.daughters("ABal") == ("ABala", "ABalp")
    assert sulston.daughters("Nuc12") is None


def test_cells_alive_at_a_count() -> None:
    assert set(load_sulston().alive(4)) == {"ABa", "ABp", "EMS", "P2"}
    assert abs(len(load_sulston().alive(28)) - 28) <= 2


def test_a_rotation_is_found_and_never_a_reflection() -> None:
    points = np.random.default_rng(0).normal(size=(9, 3))
    turn = Rotation.random(rng=0).as_matrix()
    assert fit_rotation(points, points @ turn.T + 5) == pytest.approx(turn)
    assert np.linalg.det(fit_rotation(points, points * [1, 1, -1])) == pytest.approx(1)
