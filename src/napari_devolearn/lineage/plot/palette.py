"""Colours of the lineages, which colour-blind people can tell apart, for light and dark backgrounds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

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
"""For dark backgrounds: Okabe and Ito, Color Universal Design (2008); blue is lightened there."""

_ON_WHITE = {
    "AB": "#DC6F18",
    "E": "#8A5F00",
    "MS": "#3095F2",
    "P": "#8E1A5B",
    "C": "#009966",
    "D": "#156FC1",
    "Z": "#BE749D",
}
"""Similar hues, chosen by a search for a contrast of at least 3:1 with white (WCAG 2.1), while every pair
differs by more than 10 (CIEDE2000), also for colour-blind people. Wine red replaces yellow."""


@dataclass(frozen=True, kw_only=True)
class Palette:
    """Colours of a plot.

    `ground, text`: background, and text.
    `series`: colours of each lineage and of the total.
    """

    ground: str
    text: str
    series: dict[str, str]

    def paint(self, axes: Axes) -> None:
        """Set the colours of axes, their labels and edges, and of the figure."""
        axes.figure.set_facecolor(self.ground)
        axes.set_facecolor(self.ground)
        for label in (axes.xaxis.label, axes.yaxis.label):
            label.set_color(self.text)
        for edge in axes.spines.values():
            edge.set_color(self.text)
        axes.tick_params(which="both", colors=self.text)


PALETTES: dict[Theme, Palette] = {
    "light": Palette(ground="#FFFFFF", text="#000000", series=_ON_WHITE | {"total": "#000000"}),
    "dark": Palette(
        ground="#23242B", text="#F0F1F2", series=_OKABE_ITO | {"D": "#0079BD", "total": "#F0F1F2"}
    ),
}
