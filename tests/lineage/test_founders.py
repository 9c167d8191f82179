from __future__ import annotations

import pytest

from napari_devolearn.lineage.founders import founder, mother


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
