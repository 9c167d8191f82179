from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from scipy.spatial.transform import Rotation

from napari_devolearn.lineage.naming.epic_embryos import named_embryos
from napari_devolearn.lineage.naming.sulston import fit_rotation, load_sulston, make_sulston, write_sulston
from real_data import DATA, needs_data


def test_daughters_by_the_rules_that_have_names_of_their_own() -> None:
    sulston = load_sulston()
    assert sulston.daughters("EMS") == ("E", "MS")
    assert sulston.daughters("P2") == ("C", "P3")
    assert sulston.daughters("ABal") == ("ABala", "ABalp")
    assert sulston.daughters("Nuc12") is None


def test_cells_alive_at_a_count() -> None:
    assert set(load_sulston().alive(4)) == {"ABa", "ABp", "EMS", "P2"}
    assert abs(len(load_sulston().alive(28)) - 28) <= 2


def test_a_rotation_is_found_and_never_a_mirror_image() -> None:
    points = np.random.default_rng(0).normal(size=(9, 3))
    turn = Rotation.random(rng=0).as_matrix()
    found, error = fit_rotation(points, points @ turn.T + 5)
    assert found == pytest.approx(turn)
    assert error == pytest.approx(0, abs=1e-9)
    assert np.linalg.det(fit_rotation(points, points * [1, 1, -1])[0]) == pytest.approx(1)


@needs_data("epic_positions")
def test_the_table_is_that_of_the_embryos(tmp_path) -> None:
    """Of a few embryos, made anew: the axes point as those that ship do."""
    positions = pd.read_parquet(DATA / "epic_positions/positions.parquet")
    some = positions[positions["embryo"].isin(positions["embryo"].unique()[:12])]
    learnt, held = named_embryos(some)
    assert not set(learnt["embryo"]) & set(held["embryo"])
    made = make_sulston(learnt)
    write_sulston(made, tmp_path / "sulston.csv")
    ships = load_sulston()
    common = [cell for cell in ("ABa", "ABp", "EMS", "P2", "ABal", "ABpr", "MS") if cell in made.index]
    axes = [np.stack([one.axis[one.index[cell]] for cell in common]) for one in (made, ships)]
    turn, _ = Rotation.align_vectors(axes[1], axes[0])
    unit = [axis / np.linalg.norm(axis, axis=1, keepdims=True) for axis in (turn.apply(axes[0]), axes[1])]
    assert (unit[0] * unit[1]).sum(axis=1).min() > 0.7
