"""Founder lineages: from a Sulston name to the founder cell that it descends from."""

from __future__ import annotations

import re
from typing import Literal, cast, get_args

Founder = Literal["AB", "E", "MS", "P", "C", "D", "Z"]

FOUNDERS: tuple[Founder, ...] = get_args(Founder)
"""The counted lineages, in the order of DevoLearn's columns. EMS, the mother of E and MS, counts as E; P
contains P0 to P4, which exist one after the other; Z contains Z2 and Z3, the daughters of P4."""

DEVOLEARN_NAMES: dict[str, Founder] = {"A": "AB", "M": "MS"}
"""Column names of DevoLearn that differ from those here."""

_LINEAGE = re.compile("(AB|MS|C|D)[a-z]*|(E)(?:MS|[a-z]*)|(P)[0-4]|(Z)[23]")
"""The group that matches is the lineage. Source of the names: Sulston et al. 1983."""

_NAME = re.compile(r"EMS|P[0-4]|Z[23]|(?:AB|MS|E|C|D)[aplrdv]*")


def founder(name: str) -> Founder | None:
    """Founder lineage of a cell, by its Sulston name such as ``"ABalpa"`` or ``"MSa"``.

    EMS, the mother of E and MS, counts as E, as in DevoLearn. None for unnamed nuclei (``"Nuc123"``) and all
    other text.
    """
    match = _LINEAGE.fullmatch(name)
    return None if match is None else cast("Founder", match[match.lastindex or 0])


_MOTHERS = {
    **dict.fromkeys(("AB", "P1"), "P0"),
    **dict.fromkeys(("EMS", "P2"), "P1"),
    **dict.fromkeys(("MS", "E"), "EMS"),
    **dict.fromkeys(("C", "P3"), "P2"),
    **dict.fromkeys(("D", "P4"), "P3"),
    **dict.fromkeys(("Z2", "Z3"), "P4"),
}


def mother(name: str) -> str | None:
    """Sulston name of a cell's mother; None for P0 and for text that is not a Sulston name."""
    if founder(name) is None or name == "P0":
        return None
    return _MOTHERS.get(name, name[:-1])


def ancestry(name: str | None) -> set[str]:
    """A cell and all its ancestors, by Sulston names."""
    line = set()
    while name is not None:
        line.add(name)
        name = mother(name)
    return line


def is_cell_name(name: str) -> bool:
    """Whether a name follows Sulston's rules: a founder, then letters a, p, l, r, d and v.

    Sulston et al. 1983, Dev. Biol. 100, 64: daughters are named by the axis of the division.
    """
    return _NAME.fullmatch(name) is not None
