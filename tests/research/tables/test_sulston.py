from __future__ import annotations

import numpy as np
import pandas as pd
from scipy.spatial.transform import Rotation

from helpers.real_data import DATA, needs_data
from napari_devolearn.lineage.naming.sulston import load_sulston
from research.tables.embryos import named_embryos
from research.tables.sulston import make_sulston, write_sulston


@needs_data("epic_positions")
def test_the_table_is_computed_from_the_embryos(tmp_path) -> None:
    """Computed again from a few embryos; the axes point as in the shipped table."""
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
