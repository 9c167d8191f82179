"""Sulston names to founder lineages, on a few cells and on all embryos of EPIC."""

from __future__ import annotations

import pandas as pd
import pytest

from napari_devolearn.io.tables.epic import read_positions
from napari_devolearn.lineage.founders import DEVOLEARN_NAMES, FOUNDERS, founder, mother, population
from real_data import DATA, needs_data


@pytest.mark.parametrize(
    ("name", "lineage"),
    [
        ("AB", "AB"),
        ("ABalpa", "AB"),
        ("EMS", "E"),
        ("Eal", "E"),
        ("MSa", "MS"),
        ("P1", "P"),
        ("P4", "P"),
        ("Cpa", "C"),
        ("D", "D"),
        ("Z3", "Z"),
        ("Nuc123", None),
        ("Z5", None),
        ("ABX", None),
        ("", None),
    ],
)
def test_founder_of_a_name(name: str, lineage: str | None) -> None:
    assert founder(name) == lineage


@pytest.mark.parametrize(
    ("name", "parent"),
    [("ABa", "AB"), ("MS", "EMS"), ("MSp", "MS"), ("P4", "P3"), ("Z2", "P4"), ("P0", None), ("Nuc1", None)],
)
def test_mother_of_a_name(name: str, parent: str | None) -> None:
    assert mother(name) == parent


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
