"""Curves over the frames of a movie; a click selects the frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import numpy as np
from bokeh.events import Tap
from bokeh.models import Band, BasicTicker, ColumnDataSource, FullscreenTool, HoverTool, Span
from bokeh.plotting import figure

from napari_devolearn.lineage.decoding.clock import fit_clock, real_embryos
from napari_devolearn.lineage.decoding.reference import load_reference
from napari_devolearn.lineage.plot.palette import PALETTES
from napari_devolearn.lineage.populations import SERIES, Populations

if TYPE_CHECKING:
    import pandas as pd

_COLOURS = PALETTES["light"].series


class Curves:
    """A figure over frames with a line at the current one.

    `on_frame`: called with the clicked position along the frames.
    `colour`: of the line.
    `options`: of the figure.
    """

    def __init__(self, on_frame: Callable[[float], None], colour: str, **options: Any) -> None:
        self.figure = figure(
            tools="pan,xwheel_zoom,box_zoom,reset,save",
            toolbar_location="above",
            sizing_mode="stretch_width",
            x_axis_label="frame",
            **options,
        )
        self.figure.toolbar.logo = None
        self._current = Span(dimension="height", line_color=colour, line_width=2, location=0)
        self.figure.add_layout(self._current)
        self.figure.on_event(Tap, lambda event: on_frame(event.x))

    def mark(self, frame: int) -> None:
        """Move the line to the current frame."""
        self._current.location = frame

    def _add_tips(self, drawn: Any, tips: list[tuple[str, str]]) -> None:
        tips = [("frame", "@frame"), *tips]
        self.figure.add_tools(HoverTool(renderers=[drawn], tooltips=tips, mode="vline"), FullscreenTool())


class CountFigure(Curves):
    """Number of objects (by their name, in plural) in each frame."""

    def __init__(self, objects: str, on_frame: Callable[[float], None]) -> None:
        title = f"Number of {objects} in each frame (click: go to that frame)"
        super().__init__(on_frame, "#D55E00", title=title, height=260, y_axis_label=objects, name="counts")
        self._source = ColumnDataSource({"frame": [], "count": []})
        self.figure.line("frame", "count", source=self._source, color="#0072B2", line_width=2)
        dots = self.figure.scatter("frame", "count", source=self._source, color="#0072B2", size=7)
        self._add_tips(dots, [(objects, "@count")])
        self.figure.y_range.start = 0
        for axis in (self.figure.xaxis, self.figure.yaxis):
            axis.ticker = BasicTicker(min_interval=1)  # frames and counts are integers

    def show(self, tables: Mapping[int, pd.DataFrame], frames: tuple[int, ...]) -> None:
        """Show the counts of completed frames: tables by frame index, and all frame numbers."""
        known = sorted(tables)
        self._source.data = {
            "frame": [frames[t] for t in known],
            "count": [len(tables[t]) for t in known],
        }


class PopulationFigure(Curves):
    """Cells of each founder lineage, with bands of real embryos; a click on the legend hides a curve.

    `source`: one row per frame: frame, time, AB .. Z, total, and lower and upper limits of the bands.
    """

    def __init__(self, on_frame: Callable[[float], None]) -> None:
        title = "Cells of each founder lineage (click: go to that frame; click a name: hide it)"
        super().__init__(
            on_frame, "#888888", title=title, height=430, y_axis_label="cells", name="populations"
        )
        ends = [f"{name}_{end}" for name in SERIES for end in ("low", "high")]
        self.source = ColumnDataSource({name: [] for name in ("frame", "time", *SERIES, *ends)})
        drawn = [self._draw(name) for name in SERIES]
        self._add_tips(drawn[-1], [(name, f"@{{{name}}}{{0}}") for name in SERIES])
        self.figure.legend.click_policy = "hide"
        self.figure.add_layout(self.figure.legend[0], "right")

    def show(self, populations: Populations) -> None:
        """Show counts."""
        self.source.data = _columns(populations)

    @property
    def has_bands(self) -> bool:
        """Whether bands of real embryos are shown."""
        return bool(np.isfinite(self.source.data["total_low"]).any())

    def _draw(self, name: str) -> Any:
        colour = _COLOURS[name]
        band = Band(
            base="frame",
            lower=f"{name}_low",
            upper=f"{name}_high",
            source=self.source,
            fill_color=colour,
            fill_alpha=0.12,
            line_color=None,
        )
        self.figure.add_layout(band)
        width = 3 if name == "total" else 2
        return self.figure.line(
            "frame", name, source=self.source, color=colour, line_width=width, legend_label=name
        )


def _columns(populations: Populations) -> dict[str, np.ndarray]:
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
