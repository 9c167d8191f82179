"""Sulston names to founder lineages, on a few cells and on all embryos of EPIC."""

from __future__ import annotations

import pandas as pd
import pytest
from tests.real_data import DATA, needs_data

from napari_devolearn.io.epic import read_positions
from napari_devolearn.lineage.founders import FOUNDERS, count_founders, founder, mother, population


@pytest.mark.parametrize(
    ("name", "letter"),
    [
        ("AB", "A"),
        ("ABalpa", "A"),
        ("EMS", "E"),
        ("Eal", "E"),
        ("MSa", "M"),
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
def test_founder_of_a_name(name: str, letter: str | None) -> None:
    assert founder(name) == letter


@pytest.mark.parametrize(
    ("name", "parent"),
    [("ABa", "AB"), ("MS", "EMS"), ("MSp", "MS"), ("P4", "P3"), ("Z2", "P4"), ("P0", None), ("Nuc1", None)],
)
def test_mother_of_a_name(name: str, parent: str | None) -> None:
    assert mother(name) == parent


def test_counts_leave_unnamed_nuclei_out() -> None:
    counts = count_founders(["ABa", "ABp", "EMS", "P2", "Nuc7"])
    assert tuple(counts) == FOUNDERS
    assert counts == {"A": 2, "E": 1, "M": 0, "P": 1, "C": 0, "D": 0, "Z": 0}


def test_population_counts_each_time_and_keeps_unnamed_nuclei_in_the_total() -> None:
    table = pd.DataFrame({"embryo": "x", "time": [1, 1, 2, 2, 2], "cell": ["AB", "P1", "ABa", "ABp", "Nuc1"]})
    counted = population(table)
    assert counted["A"].tolist() == [1, 2]
    assert counted["P"].tolist() == [1, 0]
    assert counted["total"].tolist() == [2, 3]


@needs_data("epic_positions")
def test_population_is_that_of_epic_but_for_ems() -> None:
    truth = pd.read_parquet(DATA / "epic_positions/population_vs_time.parquet")
    some = truth["embryo"].unique()[:4]
    positions = read_positions(DATA / "epic_positions/positions.parquet")
    ours = population(positions[positions["embryo"].isin(some)])
    both = ours.merge(truth[truth["embryo"].isin(some)], on=["embryo", "time"], suffixes=("", "_epic"))
    assert len(both) == len(ours)
    for column in ("A", "M", "P", "C", "D", "Z", "total"):
        assert (both[column] == both[f"{column}_epic"]).all(), column
    assert (both[list(FOUNDERS)].sum(axis=1) == both["total"]).all()
