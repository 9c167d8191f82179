"""The populations plot, for the dock and for files."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from napari_devolearn.lineage.plot.curves import draw_band, draw_curves, draw_uncertain
from napari_devolearn.lineage.plot.legend import draw_legend
from napari_devolearn.lineage.plot.palette import PALETTES, Palette
from napari_devolearn.lineage.plot.style import PlotStyle, Scale
from napari_devolearn.lineage.populations import SERIES, Populations

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

Limits = tuple[tuple[float, float], tuple[float, float]]
"""First and last frame, and lowest and highest count, of the visible range."""

_FONT = 9  # smallest font size, in points
_MARGINS = (0.6, 1.25, 0.5, 0.75)  # left, right, bottom and top margins for the labels, in inches
_CHARACTER = 0.085  # mean width of a character of the title, in inches
_AGE_LABEL = 1.7  # width of the whole label of the age axis, in inches
_LOG: dict[Scale, dict[str, float]] = {"linear": {}, "log": {"linthresh": 1.0, "linscale": 0.4}}


class DrawnPlot(NamedTuple):
    """Content of a drawn figure.

    `axes`: frames along x, cells along y.
    `home`: limits that show everything.
    `legend`: lineage of each entry of the legend.
    """

    axes: Axes
    home: Limits
    legend: dict[Artist, str]


def draw_populations(
    figure: Figure, populations: Sequence[Populations], style: PlotStyle, limits: Limits | None = None
) -> DrawnPlot:
    """Draw populations into an empty figure.

    Curves of a model are solid, with the counts of single frames as points; curves of tracks are dashed.
    `limits`: visible range; by default everything.
    """
    from matplotlib.ticker import ScalarFormatter

    axes, palette = figure.add_subplot(), PALETTES[style.theme]
    shown = [name for name in SERIES if name not in style.hidden]
    for one in populations:
        draw_curves(axes, one, shown, palette, points=style.points)
        draw_uncertain(axes, one, palette)
    if style.clock is not None:
        draw_band(axes, style.clock, _span(populations, style), shown, palette)
    axes.set_yscale("symlog" if style.scale == "log" else "linear", **_LOG[style.scale])
    axes.yaxis.set_major_formatter(ScalarFormatter())
    home = default_limits(populations, style)
    axes.set_xlim((limits or home)[0])
    axes.set_ylim((limits or home)[1])
    _draw_frame(figure, axes, populations, style, palette)
    return DrawnPlot(axes, home, draw_legend(axes, populations, style, palette))


def default_limits(populations: Sequence[Populations], style: PlotStyle) -> Limits:
    """Limits that show everything."""
    columns = [SERIES.index(name) for name in SERIES if name not in style.hidden]
    highest = max((_highest(one, columns) for one in populations), default=10.0)
    last = max(1.0, *_span(populations, style))
    return (-0.5, last + 0.5), (0.0, highest * (1.3 if style.scale == "log" else 1.06))


def _draw_frame(
    figure: Figure, axes: Axes, populations: Sequence[Populations], style: PlotStyle, palette: Palette
) -> None:
    width, height = figure.get_size_inches()
    left, right, bottom, top = _MARGINS
    if width > 1.5 * (left + right) and height > 1.5 * (bottom + top):
        figure.subplots_adjust(left / width, bottom / height, 1 - right / width, 1 - top / height)
    axes.set(xlabel="frame", ylabel="cells")
    palette.paint(axes)
    axes.grid(visible=True, alpha=0.15)
    names, room = ", ".join(dict.fromkeys(one.name for one in populations)), width - left - right
    fitting = max(int(room / _CHARACTER), 1)  # number of characters beside the legend
    title = names if len(names) <= fitting else f"{names[: fitting - 1]}…"
    figure.text(left / width, 0.985, title, color=palette.text, fontsize="medium", va="top")
    if style.clock is not None:
        age = axes.secondary_xaxis("top", functions=(style.clock.age, style.clock.frame))
        wide = room > _AGE_LABEL  # else it would reach into the legend
        label = f"age (min{' since AB divided' if wide else ''})"
        age.set_xlabel(label, color=palette.text, fontsize=_FONT)
        age.tick_params(colors=palette.text, labelsize=_FONT)


def _span(populations: Sequence[Populations], style: PlotStyle) -> tuple[float, float]:
    last = max((float(one.frame[-1]) for one in populations if len(one)), default=0.0)
    return 0.0, max(last, style.frames - 1.0)


def _highest(populations: Populations, columns: list[int]) -> float:
    """The largest count shown; single outliers among the counts of single frames may be outside."""
    values = populations.counts[:, columns]
    tops = [float(values.max(initial=1.0))]
    own = populations.own_counts[:, columns]
    if populations.raw is not None and np.isfinite(own).any():
        tops.append(min(float(np.nanpercentile(own, 99.9)), 1.5 * tops[0]))
    return max(tops)
