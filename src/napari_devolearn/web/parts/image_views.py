"""Input, overlay and centroid map of a slice, zoomed and panned together."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from bokeh.models import ColumnDataSource, CustomJS, DataRange1d, HoverTool, LinearColorMapper, Slider

from napari_devolearn.web.parts.view import COLOURS, draw_image, image_figure

if TYPE_CHECKING:
    import pandas as pd

PALETTE = ("#E69F00", "#56B4E9", "#009E73", "#F0E442", "#D55E00", "#CC79A7", "#788CFF")
"""Okabe and Ito (2008), "Color Universal Design"; the dark blue is lightened to be visible on black."""

_CLEAR = "rgba(0, 0, 0, 0)"


class ImageViews:
    """Three figures of one slice.

    `threshold`: updates the foreground in the overlay in the browser, without the server.
    `figures`: input, overlay, centroid map.
    `points`: one row per object of the current frame.
    """

    def __init__(self, threshold: Slider) -> None:
        self._pixels, self.points = ColumnDataSource(), ColumnDataSource()
        self.show_slice(np.zeros((1, 1), np.uint8), (1.0, 1.0))
        self.show_points(None, 0.0)
        self._x, self._y = (
            DataRange1d(range_padding=0, flipped=flipped, only_visible=True) for flipped in (False, True)
        )
        self.figures = [image_figure(title, self._x, self._y) for title in ("Input", "Overlay", "Centroids")]
        for axes in self.figures:
            axes.xaxis.axis_label = "x (µm)"
        source, overlay, centroids = self.figures
        for axes in (source, overlay):
            draw_image(axes, "grey", self._pixels)
        self._draw_foreground(overlay, threshold)
        self._draw_outlines(overlay, 1.0)
        self._draw_outlines(centroids, 0.35)
        self._draw_points(centroids)

    def show_slice(self, grey: npt.NDArray[np.uint8], extent: tuple[float, float]) -> None:
        """Show pixels, (Y, X) uint8, without probability and outlines; `extent` is (height, width) in um."""
        empty = np.zeros_like(grey)
        pixels = {"grey": grey, "probability": empty, "outline": empty, "h": extent[0], "w": extent[1]}
        self._pixels.data = {name: [one] for name, one in pixels.items()}

    def show_result(
        self, probability: npt.NDArray[np.uint8] | None, outline: npt.NDArray[np.uint8] | None
    ) -> None:
        """Show probability and outlines over the pixels, each (Y, X), uint8, if known."""
        known = {"probability": probability, "outline": outline}
        self._pixels.patch({name: [(0, one)] for name, one in known.items() if one is not None})

    def show_points(self, table: pd.DataFrame | None, z: float) -> None:
        """Show a frame's objects; those far above or below the slice are faint.

        `table`: from ``iter_centroids``.
        `z`: height of the slice in um.
        """
        self.points.data = _columns(table, z)

    def reset_zoom(self) -> None:
        """Reset the zoom for another image."""
        for one in (self._x, self._y):
            one.start = one.end = math.nan

    def _draw_foreground(self, axes: Any, threshold: Slider) -> None:
        mapper = LinearColorMapper(palette=["#ff4da6"], low=1, high=255, low_color=_CLEAR)
        draw_image(axes, "probability", self._pixels, mapper, 0.22)
        code = "mapper.low = Math.max(1, Math.ceil(slider.value * 255))"
        follow = CustomJS(args={"mapper": mapper, "slider": threshold}, code=code)
        threshold.js_on_change("value", follow)
        mapper.low = max(1, math.ceil(threshold.value * 255))

    def _draw_outlines(self, axes: Any, alpha: float) -> None:
        mapper = LinearColorMapper(palette=[*PALETTE], low=0.5, high=COLOURS + 0.5, low_color=_CLEAR)
        draw_image(axes, "outline", self._pixels, mapper, alpha)

    def _draw_points(self, axes: Any) -> None:
        style = {"color": "colour", "alpha": "alpha", "line_color": None}
        drawn = axes.circle("x_um", "y_um", radius="radius", source=self.points, **style)
        places = "@x_um{0.0}, @y_um{0.0}, @z_um{0.0}"
        rows = [("number", "@label"), ("x, y, z (µm)", places), ("size", "@size")]
        axes.add_tools(HoverTool(renderers=[drawn], tooltips=rows))


def _columns(table: pd.DataFrame | None, z: float) -> dict[str, Any]:
    if table is None:
        names = ("label", "z_um", "y_um", "x_um", "radius", "colour", "alpha", "measure", "size")
        return {name: [] for name in names}
    flat = "area_um2" in table.columns
    measure = table["area_um2" if flat else "volume_um3"].to_numpy()
    radius = np.sqrt(measure / np.pi) if flat else np.cbrt(measure * 3 / 4 / np.pi)
    away = np.abs(table["z_um"].to_numpy() - z)
    unit = "µm²" if flat else "µm³"
    return {
        **{name: table[name].to_numpy() for name in ("label", "z_um", "y_um", "x_um")},
        "radius": radius * 0.6,
        "colour": [PALETTE[label % COLOURS] for label in table["label"]],
        "alpha": np.where(away <= radius, 0.9, 0.3),
        "measure": measure,
        "size": [f"{value:.1f} {unit}" for value in measure],
    }
