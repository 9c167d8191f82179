"""Colours of the lineages, which colour-blind people can tell apart, for light and dark backgrounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Theme = Literal["light", "dark"]

_OKABE_ITO = {
    "AB": "#D55E00",  # vermilion
    "E": "#E69F00",  # orange
    "MS": "#56B4E9",  # sky blue
    "P": "#F0E442",  # yellow
    "C": "#009E73",  # bluish green
    "D": "#0072B2",  # blue
    "Z": "#CC79A7",  # reddish purple
}
"""Source: Okabe and Ito, Color Universal Design (2008)."""

_WINE = "#882255"
"""From Tol's "muted" scheme (SRON/EPS/TN/09-002), since yellow is invisible on white."""


@dataclass(frozen=True, kw_only=True)
class Palette:
    """Colours of a plot.

    Parameters
    ----------
    ground, text : str
        Background, and text.
    series : dict of str to str
        Colours of each lineage and of the total.
    """

    ground: str
    text: str
    series: dict[str, str]


PALETTES: dict[Theme, Palette] = {
    "light": Palette(ground="#FFFFFF", text="#000000", series=_OKABE_ITO | {"P": _WINE, "total": "#000000"}),
    "dark": Palette(ground="#23242B", text="#F0F1F2", series=_OKABE_ITO | {"total": "#F0F1F2"}),
}
