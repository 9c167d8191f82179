"""Pixels and figures for display: 8-bit slices and outlines of labels, at screen resolution."""

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

MAX_EDGE = 1200
"""Maximum number of pixels along an edge; larger images are subsampled."""

COLOURS = 7
"""Number of outline colours."""

GROUND = "#16181d"
"""Background of images."""

Bytes = npt.NDArray[np.uint8]


def subsample(plane: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Subsample a slice (Y, X), so that no edge is longer than `MAX_EDGE`."""
    every = max(1, -(-max(plane.shape) // MAX_EDGE))
    return plane[::every, ::every]


def contrast(volume: npt.NDArray[np.generic]) -> tuple[float, float]:
    """Contrast limits of a volume: 1st and 99.8th percentile of a subset of its pixels."""
    every = max(1, round((volume.size / 2e5) ** (1 / volume.ndim)))
    part = np.asarray(volume[(slice(None, None, every),) * volume.ndim], np.float64)
    part = part[np.isfinite(part)]
    if not part.size:
        return 0.0, 1.0
    low, high = np.percentile(part, (1, 99.8))
    return float(low), float(max(high, low + 1e-6))


def grey(plane: npt.NDArray[np.generic], limits: tuple[float, float]) -> Bytes:
    """Convert a slice (Y, X) to 8 bit and subsample it; `limits` become black and white."""
    low, high = limits
    values = np.nan_to_num(np.asarray(subsample(plane), np.float32), posinf=high, neginf=low)
    return np.asarray(np.clip((values - low) / (high - low) * 255, 0, 255), np.uint8)


def outlines(labels: npt.NDArray[np.integer]) -> Bytes:
    """Outlines of labels (Y, X), subsampled: uint8, 0 elsewhere, 1 to `COLOURS` on outlines."""
    from skimage.segmentation import find_boundaries

    visible = subsample(labels)
    edge = find_boundaries(visible) & (visible > 0)
    return np.where(edge, visible % COLOURS + 1, 0).astype(np.uint8)


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


def draw_image(
    axes: Any,
    field: str,
    source: ColumnDataSource,
    mapper: LinearColorMapper | None = None,
    alpha: float = 1.0,
) -> None:
    """Draw 8-bit pixels, by default from black to white; columns ``w`` and ``h`` are their extent."""
    used = mapper or LinearColorMapper(palette=shades(256), low=0, high=255)
    axes.image(field, x=0, y=0, dw="w", dh="h", source=source, color_mapper=used, global_alpha=alpha)


class MovieView:
    """A figure of one frame."""

    def __init__(self) -> None:
        self._source = ColumnDataSource({"grey": [np.zeros((1, 1), np.uint8)], "w": [1.0], "h": [1.0]})
        ranges = [DataRange1d(range_padding=0, flipped=flipped) for flipped in (False, True)]
        self.figure = image_figure("Movie", *ranges)
        self.figure.max_width = 620
        draw_image(self.figure, "grey", self._source)

    def show(self, grey: npt.NDArray[np.uint8]) -> None:
        """Show pixels, (Y, X), uint8."""
        self._source.data = {"grey": [grey], "w": [float(grey.shape[1])], "h": [float(grey.shape[0])]}
