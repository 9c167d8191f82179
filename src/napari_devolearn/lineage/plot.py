"""The plot of populations, drawn alike in the dock, in files and without a window."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from napari_devolearn.lineage.palette import PALETTES, Palette
from napari_devolearn.lineage.plot_legend import draw_legend
from napari_devolearn.lineage.plot_look import PlotLook, Scale
from napari_devolearn.lineage.plot_parts import draw_band, draw_curves, draw_distrust
from napari_devolearn.lineage.populations import SERIES, Populations

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_Limits = tuple[tuple[float, float], tuple[float, float]]


class PopulationPlot:
    """A plot that can be drawn again and again on one figure, keeping where it was zoomed to.

    Parameters
    ----------
    figure : matplotlib.figure.Figure

    Attributes
    ----------
    axes : matplotlib.axes.Axes
        Frames along x, cells along y.
    legend : dict of matplotlib.artist.Artist to str
        Lineage that each entry of the legend stands for.
    """

    def __init__(self, figure: Figure) -> None:
        self.axes: Axes = figure.add_subplot()
        self.legend: dict[Artist, str] = {}
        self._figure = figure
        self._drawn: list[Artist] = []
        self._home: _Limits | None = None
        self._scale: Scale = "linear"

    def draw(self, populations: Sequence[Populations], look: PlotLook) -> None:
        """Draw anew.

        Parameters
        ----------
        populations : sequence of Populations
            Those of a model are solid with each frame's own counts as points, those of tracks dashed.
        look : PlotLook
        """
        palette = PALETTES[look.theme]
        for artist in self._drawn:
            artist.remove()
        self._drawn = []
        shown = [name for name in SERIES if name not in look.hidden]
        for one in populations:
            self._drawn += draw_curves(self.axes, one, shown, palette, points=look.points)
            self._drawn += draw_distrust(self.axes, one, palette)
        if look.clock is not None:
            self._drawn += draw_band(self.axes, look.clock, _span(populations, look), shown, palette)
        self._set_limits(populations, look, shown)
        self._draw_frame(populations, look, palette)
        self.legend = draw_legend(self.axes, populations, look, palette)

    def show_all(self) -> None:
        """Leave the zoom."""
        if self._home is not None:
            self.axes.set_xlim(self._home[0])
            self.axes.set_ylim(self._home[1])

    def fit_margins(self) -> None:
        """Leave the lettering the room that it needs, however large the figure is."""
        width, height = self._figure.get_size_inches()
        left, right, bottom, top = _MARGINS
        if width > 1.5 * (left + right) and height > 1.5 * (bottom + top):
            self._figure.subplots_adjust(left / width, bottom / height, 1 - right / width, 1 - top / height)

    def _set_limits(self, populations: Sequence[Populations], look: PlotLook, shown: list[str]) -> None:
        """Show all, unless someone has zoomed in."""
        from matplotlib.ticker import ScalarFormatter

        zoomed = self._home is not None and self._limits() != self._home
        if look.scale != self._scale:
            zoomed, self._scale = False, look.scale
            self.axes.set_yscale("symlog" if look.scale == "log" else "linear", **_LOG[look.scale])
            self.axes.yaxis.set_major_formatter(ScalarFormatter())
        if not zoomed:
            columns = [SERIES.index(name) for name in shown]
            highest = max((_highest(one, columns) for one in populations), default=10.0)
            self.axes.set_xlim(-0.5, max(1.0, *_span(populations, look)) + 0.5)
            self.axes.set_ylim(0, highest * (1.3 if look.scale == "log" else 1.06))
            self._home = self._limits()

    def _limits(self) -> _Limits:
        return self.axes.get_xlim(), self.axes.get_ylim()

    def _draw_frame(self, populations: Sequence[Populations], look: PlotLook, palette: Palette) -> None:
        self._figure.set_facecolor(palette.ground)
        self.fit_margins()
        self.axes.set_facecolor(palette.ground)
        self.axes.set_xlabel("frame", color=palette.text)
        self.axes.set_ylabel("cells", color=palette.text)
        for edge in self.axes.spines.values():
            edge.set_color(palette.text)
        self.axes.tick_params(which="both", colors=palette.text)
        self.axes.grid(visible=True, alpha=0.15)
        names = dict.fromkeys(one.name for one in populations)
        self._figure.suptitle(", ".join(names), color=palette.text, fontsize="medium", y=0.985)
        if look.clock is not None:
            clock = look.clock
            age = self.axes.secondary_xaxis("top", functions=(clock.age, clock.frame))
            age.set_xlabel("age (min since AB divided)", color=palette.text, fontsize="small")
            age.tick_params(colors=palette.text, labelsize="small")
            self._drawn.append(age)


_MARGINS = (0.6, 1.05, 0.5, 0.75)
"""Left, right, bottom and top, in inches."""

_LOG: dict[Scale, dict[str, float]] = {"linear": {}, "log": {"linthresh": 1.0, "linscale": 0.4}}


def _span(populations: Sequence[Populations], look: PlotLook) -> tuple[float, float]:
    last = max((float(one.frame[-1]) for one in populations if len(one)), default=0.0)
    return 0.0, max(last, look.frames - 1.0)


def _highest(populations: Populations, columns: list[int]) -> float:
    """The largest count shown; the odd wild guess among the frames' own may lie outside."""
    values = populations.counts[:, columns]
    tops = [float(values.max(initial=1.0))]
    if populations.raw is not None and values.size:
        tops.append(min(float(np.percentile(populations.raw[:, columns], 99.9)), 1.5 * tops[0]))
    return max(tops)
