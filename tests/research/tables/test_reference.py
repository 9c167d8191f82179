from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from helpers.real_data import DATA, needs_data
from napari_devolearn.lineage.decoding.reference import load_reference
from napari_devolearn.lineage.founders import DEVOLEARN_NAMES, FOUNDERS
from research.tables.epic import read_positions
from research.tables.reference import make_reference, population, write_reference


def positions(minutes_a_frame: float, name: str) -> pd.DataFrame:
    """AB alone divides, all its cells at once: 2 cells for 10 min, then 3, 5, .. 350."""
    rows = []
    for frame in range(int(100 / minutes_a_frame)):
        doublings = int(frame * minutes_a_frame // 10)
        names = [f"AB{'a' * i}" for i in range(1, 2**doublings)] + ["AB", "P1"]
        rows += [(cell, frame, name) for cell in names[:350]]
    return pd.DataFrame(rows, columns=["cell", "time", "embryo"])


def test_embryos_of_different_speed_are_aligned() -> None:
    table = pd.concat([positions(0.5, "slow"), positions(0.25, "slower")])
    reference = make_reference(table)
    steady = (reference.mean[:, 0] > 2) & (reference.mean[:, 0] < 129)
    assert reference.spread[steady, 0].mean() < 0.05 * reference.mean[steady, 0].mean()


def test_z_is_that_of_the_embryos_that_name_it_and_stays() -> None:
    for_a_while = positions(0.5, "for a while").query("cell != 'P1' or time < 100")
    pair = pd.DataFrame([(cell, t, "for a while") for t in range(100, 120) for cell in ("Z2", "Z3")])
    pair.columns = for_a_while.columns
    reference = make_reference(pd.concat([positions(0.5, "never"), for_a_while, pair]))
    z = reference.mean[:, FOUNDERS.index("Z")]
    born = int((z > 0).argmax())
    assert 0 < born < len(z) - 20
    assert z[born + 2 :].tolist() == [2] * len(z[born + 2 :])


def test_a_table_without_a_complete_embryo_is_reported() -> None:
    with pytest.raises(ValueError, match="positions: no embryo is followed from at most 4 nuclei"):
        make_reference(positions(0.5, "short").query("time < 60"))


def test_a_written_table_round_trips(tmp_path: Path) -> None:
    reference = load_reference()
    write_reference(reference, tmp_path / "again.csv")
    read = np.loadtxt(tmp_path / "again.csv", delimiter=",", skiprows=1)
    np.testing.assert_allclose(read[:, 1:8], reference.mean, rtol=1e-3, atol=1e-3)


def test_population_counts_each_time_and_keeps_unnamed_nuclei_in_the_total() -> None:
    table = pd.DataFrame({"embryo": "x", "time": [1, 1, 2, 2, 2], "cell": ["AB", "P1", "ABa", "ABp", "Nuc1"]})
    counted = population(table)
    assert counted["AB"].tolist() == [1, 2]
    assert counted["P"].tolist() == [1, 0]
    assert counted["total"].tolist() == [2, 3]


@needs_data("epic_positions")
def test_population_is_that_of_epic_but_for_ems() -> None:
    truth = pd.read_parquet(DATA / "epic_positions/population_vs_time.parquet")
    some = truth["embryo"].unique()[:4]
    positions = read_positions(DATA / "epic_positions/positions.parquet")
    ours = population(positions[positions["embryo"].isin(some)])
    theirs = truth[truth["embryo"].isin(some)].rename(columns=DEVOLEARN_NAMES)
    both = ours.merge(theirs, on=["embryo", "time"], suffixes=("", "_epic"))
    assert len(both) == len(ours)
    for column in ("AB", "MS", "P", "C", "D", "Z", "total"):
        assert (both[column] == both[f"{column}_epic"]).all(), column
    assert (both[list(FOUNDERS)].sum(axis=1) == both["total"]).all()
