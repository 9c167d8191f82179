"""CountFigure: number of objects in each frame."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from bokeh.events import Tap
from bokeh.models import BasicTicker, ColumnDataSource, FullscreenTool, HoverTool, Span
from bokeh.plotting import figure

if TYPE_CHECKING:
    import pandas as pd


class CountFigure:
    """A curve of counts over frames; a click selects the frame.

    Parameters
    ----------
    objects : str
        Name of the objects, in plural.
    on_frame : callable
        Called with the clicked position along the frames.

    Attributes
    ----------
    figure : figure
    """

    def __init__(self, objects: str, on_frame: Callable[[float], None]) -> None:
        self._source = ColumnDataSource({"frame": [], "count": []})
        self.figure = figure(
            title=f"Number of {objects} in each frame (click: go to that frame)",
            tools="pan,xwheel_zoom,box_zoom,reset,save",
            toolbar_location="above",
            height=260,
            sizing_mode="stretch_width",
            x_axis_label="frame",
            y_axis_label=objects,
            name="counts",
        )
        self.figure.toolbar.logo = None
        self.figure.line("frame", "count", source=self._source, color="#0072B2", line_width=2)
        dots = self.figure.scatter("frame", "count", source=self._source, color="#0072B2", size=7)
        tips = [("frame", "@frame"), (objects, "@count")]
        self.figure.add_tools(HoverTool(renderers=[dots], tooltips=tips, mode="vline"), FullscreenTool())
        self.figure.y_range.start = 0
        for axis in (self.figure.xaxis, self.figure.yaxis):
            axis.ticker = BasicTicker(min_interval=1)  # frames and counts are integers
        self._current = Span(dimension="height", line_color="#D55E00", line_width=2, location=0)
        self.figure.add_layout(self._current)
        self.figure.on_event(Tap, lambda event: on_frame(event.x))

    def show(self, tables: Mapping[int, pd.DataFrame], frames: tuple[int, ...]) -> None:
        """Show the counts of completed frames: tables by frame index, and all frame numbers."""
        known = sorted(tables)
        self._source.data = {
            "frame": [frames[t] for t in known],
            "count": [len(tables[t]) for t in known],
        }

    def mark(self, frame: int) -> None:
        """Move the line to the current frame."""
        self._current.location = frame
