"""One nucleus at one time: position, size and condensation of its chromosomes."""

from __future__ import annotations

from typing import NamedTuple, TypeAlias

Point: TypeAlias = tuple[float, float, float]  # (Z, Y, X)
Z_STRETCH = 1.25
"""Elongation of nuclei along z. In the silver truth of Fluo-N3DH-CE, a nucleus 6.4 um wide spans 7 to 10
planes of 1 um, because it includes the blur along z."""

DAUGHTER_DIAMETER = 2**-0.183
"""Diameter of a daughter nucleus relative to its mother's, from the exponent of `diameter`."""


class Nucleus(NamedTuple):
    """A spheroid, symmetric around `axis`: a ball in interphase, a flat plate in mitosis.

    `label`: ID of its track.
    `center`: (Z, Y, X) in um from the corner of the field.
    `along, across`: semi-axes along and across `axis`, in um, before z is stretched by `Z_STRETCH`.
    `axis`: unit vector (Z, Y, X) along which the chromosomes separate.
    `brightness`: fluorescence relative to an interphase nucleus 6 um wide.
    `parent`: label of its mother, 0 = unknown.
    """

    label: int
    center: Point
    along: float
    across: float
    axis: Point = (0.0, 0.0, 1.0)
    brightness: float = 1.0
    parent: int = 0


def diameter(count: int) -> float:
    """Diameter of an interphase nucleus in an embryo of `count` nuclei, in um.

    Source: log-log fit to the column `size` (nuclear diameter in pixels of 0.09 um) of the EPIC
    positions of 259 embryos (Murray et al. 2012), for 4 to 350 nuclei: ``8.89 * n ** -0.183``.
    """
    return float(8.89 * count**-0.183)


def cell_cycle(count: int) -> float:
    """Mean lifetime in minutes of a cell born in an embryo of `count` cells.

    Source: median time between divisions in the same tables: 12 min at 8 to 12 cells, 18 at 16 to 24, 29 at
    50 to 100, 36 at 100 to 200; ``5.5 * n ** 0.38`` fits these within 2 min.
    """
    return float(5.5 * count**0.38)


def semi_axes(radius: float, condensed: float) -> tuple[float, float]:
    """Semi-axes along and across the axis of division, in um.

    `radius`: in interphase, in um.
    `condensed`: 0 for interphase, 1 for the metaphase plate.
    """
    return radius * (1 - 0.8 * condensed), radius * (1 - 0.25 * condensed)
