"""PopulationFigure: cells of each founder lineage over time, with bands of real embryos."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from bokeh.events import Tap
from bokeh.models import Band, ColumnDataSource, FullscreenTool, HoverTool, Span
from bokeh.plotting import figure

from napari_devolearn.lineage.decoding.clock import fit_clock, real_embryos
from napari_devolearn.lineage.decoding.reference import load_reference
from napari_devolearn.lineage.plot.palette import PALETTES
from napari_devolearn.lineage.populations import SERIES, Populations

_COLOURS = PALETTES["light"].series


class PopulationFigure:
    """Curves of populations; a click selects the frame, a click on the legend hides a curve.

    Parameters
    ----------
    on_frame : callable
        Called with the clicked position along the frames.

    Attributes
    ----------
    figure : figure
    source : ColumnDataSource
        One row per frame: frame, time, AB .. Z, total, and lower and upper limits of the bands.
    """

    def __init__(self, on_frame: Callable[[float], None]) -> None:
        self.source = ColumnDataSource(_columns(None))
        self.figure = figure(
            title="Cells of each founder lineage (click: go to that frame; click a name: hide it)",
            tools="pan,xwheel_zoom,box_zoom,reset,save",
            toolbar_location="above",
            height=430,
            sizing_mode="stretch_width",
            x_axis_label="frame",
            y_axis_label="cells",
            name="populations",
        )
        self.figure.toolbar.logo = None
        drawn = [self._draw(name) for name in SERIES]
        tips = [("frame", "@frame"), *((name, f"@{{{name}}}{{0}}") for name in SERIES)]
        self.figure.add_tools(HoverTool(renderers=[drawn[-1]], tooltips=tips, mode="vline"), FullscreenTool())
        self.figure.legend.click_policy = "hide"
        self.figure.add_layout(self.figure.legend[0], "right")
        self._current = Span(dimension="height", line_color="#888888", line_width=2, location=0)
        self.figure.add_layout(self._current)
        self.figure.on_event(Tap, lambda event: on_frame(event.x))

    def show(self, populations: Populations | None) -> None:
        """Show counts; None shows none."""
        self.source.data = _columns(populations)

    @property
    def has_bands(self) -> bool:
        """Whether bands of real embryos are shown."""
        return bool(np.isfinite(self.source.data["total_low"]).any())

    def mark(self, frame: int) -> None:
        """Move the line to the current frame."""
        self._current.location = frame

    def _draw(self, name: str) -> object:
        colour = _COLOURS[name]
        self.figure.add_layout(
            Band(
                base="frame",
                lower=f"{name}_low",
                upper=f"{name}_high",
                source=self.source,
                fill_color=colour,
                fill_alpha=0.12,
                line_color=None,
            )
        )
        width = 3 if name == "total" else 2
        return self.figure.line(
            "frame", name, source=self.source, color=colour, line_width=width, legend_label=name
        )


def _columns(populations: Populations | None) -> dict[str, np.ndarray]:
    if populations is None:
        ends = [f"{name}_{end}" for name in SERIES for end in ("low", "high")]
        return {name: np.empty(0) for name in ("frame", "time", *SERIES, *ends)}
    mean, spread = _real_counts(populations)
    columns = {"frame": populations.frame, "time": populations.time}
    for i, name in enumerate(SERIES):
        columns[name] = np.rint(populations.counts[:, i])
        columns[f"{name}_low"] = mean[:, i] - spread[:, i]
        columns[f"{name}_high"] = mean[:, i] + spread[:, i]
    return columns


def _real_counts(populations: Populations) -> tuple[np.ndarray, np.ndarray]:
    """Mean and spread of real embryos of the same ages; NaN if the age is unknown."""
    reference = load_reference()
    try:
        age = fit_clock(populations, reference).age(populations.frame)
    except ValueError:
        age = np.full(len(populations), np.nan)
    return real_embryos(reference, age)
