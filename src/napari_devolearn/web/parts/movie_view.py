"""MovieView: one frame of a movie, with zoom, pan and full screen."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from bokeh.models import (
    ColumnDataSource,
    DataRange1d,
    FullscreenTool,
    LinearColorMapper,
    ResetTool,
    SaveTool,
    WheelZoomTool,
)
from bokeh.palettes import grey as shades
from bokeh.plotting import figure

GROUND = "#16181d"
"""Background of images."""


def image_figure(title: str, x_range: Any, y_range: Any) -> Any:
    """An empty figure for images, with tools.

    `x_range, y_range`: shared by figures that move together; y grows downwards.
    """
    axes = figure(
        title=title,
        x_range=x_range,
        y_range=y_range,
        match_aspect=True,
        tools="pan",
        toolbar_location="above",
        height=340,
        min_width=200,
        sizing_mode="stretch_width",
        background_fill_color=GROUND,
        name=title.lower(),
    )
    wheel = WheelZoomTool()
    axes.add_tools(wheel, ResetTool(), FullscreenTool(), SaveTool())
    axes.toolbar.active_scroll = wheel
    axes.toolbar.logo = None
    axes.grid.visible = False
    axes.outline_line_color = None
    return axes


def draw_grey(axes: Any, field: str, source: ColumnDataSource) -> None:
    """Draw 8-bit pixels from black to white; columns ``w`` and ``h`` are their extent."""
    mapper = LinearColorMapper(palette=shades(256), low=0, high=255)
    axes.image(field, x=0, y=0, dw="w", dh="h", source=source, color_mapper=mapper)


class MovieView:
    """A figure of one frame.

    Attributes
    ----------
    figure : figure
    """

    def __init__(self) -> None:
        self._source = ColumnDataSource({"grey": [np.zeros((1, 1), np.uint8)], "w": [1.0], "h": [1.0]})
        ranges = [DataRange1d(range_padding=0, flipped=flipped) for flipped in (False, True)]
        self.figure = image_figure("Movie", *ranges)
        self.figure.max_width = 620
        draw_grey(self.figure, "grey", self._source)

    def show(self, grey: npt.NDArray[np.uint8]) -> None:
        """Show pixels, (Y, X), uint8."""
        self._source.data = {"grey": [grey], "w": [float(grey.shape[1])], "h": [float(grey.shape[0])]}
