"""Founder lineages: from a Sulston name to the founder cell that it descends from."""

from __future__ import annotations

import re
from typing import Literal, get_args

Founder = Literal["AB", "E", "MS", "P", "C", "D", "Z"]

FOUNDERS: tuple[Founder, ...] = get_args(Founder)
"""The lineages that are counted, in the order of DevoLearn's columns. EMS, the mother of E and MS, counts
as E; P holds P0 to P4, one cell at a time once AB is apart; Z holds Z2 and Z3, the daughters of P4."""

DEVOLEARN_NAMES: dict[str, Founder] = {"A": "AB", "M": "MS"}
"""Columns of tables that DevoLearn writes, where they are called otherwise than here."""

_PATTERNS: tuple[tuple[Founder, re.Pattern[str]], ...] = (
    ("AB", re.compile(r"AB[a-z]*")),
    ("MS", re.compile(r"MS[a-z]*")),
    ("E", re.compile(r"EMS|E[a-z]*")),
    ("C", re.compile(r"C[a-z]*")),
    ("D", re.compile(r"D[a-z]*")),
    ("P", re.compile(r"P[0-4]")),
    ("Z", re.compile(r"Z[23]")),
)
"""Source of the names: Sulston et al. 1983."""


_NAME = re.compile(r"EMS|P[0-4]|Z[23]|(?:AB|MS|E|C|D)[aplrdv]*")


def founder(name: str) -> Founder | None:
    """The founder lineage of a cell.

    `name`: Sulston name, such as ``"ABalpa"`` or ``"MSa"``.
    Returns EMS, the mother of E and MS, counts as E, as in DevoLearn. None for unnamed nuclei (``"Nuc123"``)
    and whatever else is no Sulston name.
    """
    return next((lineage for lineage, pattern in _PATTERNS if pattern.fullmatch(name)), None)


_MOTHERS = {
    **dict.fromkeys(("AB", "P1"), "P0"),
    **dict.fromkeys(("EMS", "P2"), "P1"),
    **dict.fromkeys(("MS", "E"), "EMS"),
    **dict.fromkeys(("C", "P3"), "P2"),
    **dict.fromkeys(("D", "P4"), "P3"),
    **dict.fromkeys(("Z2", "Z3"), "P4"),
}


def mother(name: str) -> str | None:
    """Name of the cell whose division a cell comes from.

    `name`: Sulston name.
    Returns none for P0 and for what is no Sulston name.
    """
    if founder(name) is None or name == "P0":
        return None
    return _MOTHERS.get(name, name[:-1])


def ancestry(name: str | None) -> set[str]:
    """A cell and all cells that it comes from, by Sulston's names."""
    line = set()
    while name is not None:
        line.add(name)
        name = mother(name)
    return line


def is_cell_name(name: str) -> bool:
    """Whether a name is one that Sulston's rules can give: a founder, then letters a, p, l, r, d and v.

    Sulston et al. 1983, Dev. Biol. 100, 64: daughters are named by the axis of the division.
    """
    return name == "P0" or (founder(name) is not None and _NAME.fullmatch(name) is not None)
