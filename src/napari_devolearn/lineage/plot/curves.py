"""Elements of a populations plot: curves, the band of real embryos, uncertain frames."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_devolearn.lineage.decoding.clock import Clock, real_embryos
from napari_devolearn.lineage.decoding.reference import load_reference
from napari_devolearn.lineage.plot.palette import Palette
from napari_devolearn.lineage.populations import SERIES, Populations, Source

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_LINES: dict[Source, str] = {"model": "-", "tracks": "--"}
_BAND_POINTS = 300


def draw_curves(
    axes: Axes, populations: Populations, shown: Sequence[str], palette: Palette, *, points: bool = True
) -> list[Artist]:
    """Draw a curve for each lineage in `shown`, and the counts of single frames as faint points."""
    artists: list[Artist] = []
    marker = "o" if len(populations) == 1 else ""
    for name in shown:
        column, colour = SERIES.index(name), palette.series[name]
        style: dict[str, Any] = {"color": colour, "lw": 2.2 if name == "total" else 1.4, "marker": marker}
        line = _LINES[populations.source]
        artists += axes.plot(populations.frame, populations.counts[:, column], line, zorder=3, **style)
        if populations.raw is not None and points:
            own = populations.own_counts[:, column]
            artists += axes.plot(populations.frame, own, ".", ms=2.5, alpha=0.35, color=colour, zorder=2)
    return artists


def draw_uncertain(axes: Axes, populations: Populations, palette: Palette) -> list[Artist]:
    """Hatch uncertain frames."""
    if populations.trusted is None:
        return []
    edges = np.flatnonzero(np.diff(np.concatenate([[False], ~populations.trusted, [False]]).astype(int)))
    return [
        axes.axvspan(
            populations.frame[first] - 0.5,
            populations.frame[stop - 1] + 0.5,
            facecolor="none",
            edgecolor=palette.text,
            hatch="////",
            alpha=0.2,
            lw=0,
            zorder=0,
        )
        for first, stop in edges.reshape(-1, 2)
    ]


def draw_band(
    axes: Axes, clock: Clock, span: tuple[float, float], shown: Sequence[str], palette: Palette
) -> list[Artist]:
    """Draw mean and spread of real embryos for the lineages in `shown`.

    `clock`: age at each frame.
    `span`: first and last frame.
    """
    frames = np.linspace(*span, _BAND_POINTS)
    mean, spread = real_embryos(load_reference(), clock.age(frames))
    artists: list[Artist] = []
    for name in shown:
        column, colour = SERIES.index(name), palette.series[name]
        middle, half = mean[:, column], spread[:, column]
        low = np.maximum(middle - half, 0)
        artists.append(
            axes.fill_between(frames, low, middle + half, color=colour, alpha=0.18, lw=0, zorder=1)
        )
        artists += axes.plot(frames, middle, ":", color=colour, lw=0.8, alpha=0.8, zorder=1)
    return artists
