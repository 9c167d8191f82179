"""Populations as text below the plot and on the canvas, and as metadata of a layer."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from napari.components import ViewerModel
from napari.layers import Image

from napari_devolearn.lineage.plot.palette import PALETTES
from napari_devolearn.lineage.plot.style import PlotStyle
from napari_devolearn.lineage.populations import SERIES, Populations
from napari_devolearn.widgets.common.form.run_block import counted
from napari_devolearn.widgets.common.layers import notes_of


def readout_html(populations: Sequence[Populations], frame: int, style: PlotStyle) -> str:
    """Frame, age and the count of each lineage, in the colours of the plot, as HTML; empty without curves."""
    several = len(populations) > 1
    lines = [(f"{one.source}: " if several else "") + _of_one(one, frame, style) for one in populations]
    return "<br>".join([_heading(populations, frame, style), *lines]) if lines else ""


def _heading(populations: Sequence[Populations], frame: int, style: PlotStyle) -> str:
    parts = [f"<b>frame {frame}</b>"]
    minutes = next((one.minutes for one in populations if one.minutes), None)
    if minutes:
        parts.append(f"{frame * minutes:g} min")
    age = age_at(populations, frame, style)
    if age is not None:
        parts.append(f"embryo's age {age:.0f} min")
    return " · ".join(parts)


def age_at(populations: Sequence[Populations], frame: int, style: PlotStyle) -> float | None:
    """Age of the embryo in a frame, in minutes since AB divided: the decoded one, else from the band."""
    for one in populations:
        row = one.row_of(frame)
        if row is not None and one.age is not None and np.isfinite(one.age[row]):
            return float(one.age[row])
    return float(style.clock.age(frame)) if style.clock is not None else None


def _of_one(populations: Populations, frame: int, style: PlotStyle) -> str:
    row = populations.row_of(frame)
    if row is None:
        return "not counted"
    colours = PALETTES[style.theme].series
    cells = [
        f'<span style="color:{colours[name]}">{name}&nbsp;<b>{value:.0f}</b></span>'
        for name, value in zip(SERIES, populations.counts[row], strict=True)
        if name not in style.hidden
    ]
    if populations.measured is not None and not populations.measured[row]:
        cells.append("<i>not measured: no embryo found in this frame</i>")
    elif populations.trusted is not None and not populations.trusted[row]:
        cells.append("<i>uncertain</i>")
    return "&nbsp; ".join(cells)


class TotalOverlay:
    """napari's text overlay with the total; its former content is restored."""

    def __init__(self, viewer: ViewerModel) -> None:
        self._overlay = text_overlay(viewer)
        self._before: tuple[bool, str] | None = None

    def show(self, populations: Sequence[Populations], frame: int | None, style: PlotStyle) -> None:
        """Show the total of a frame, from the first of `populations`."""
        if self._before is None:
            self._before = self._overlay.visible, self._overlay.text
        self._overlay.visible = True
        self._overlay.text = _text(populations, frame, style)

    def hide(self) -> None:
        """Restore the overlay."""
        if self._before is not None:
            self._overlay.visible, self._overlay.text = self._before
            self._before = None


def text_overlay(viewer: ViewerModel) -> Any:
    """The text overlay of the canvas, in any version of napari."""
    canvas = getattr(viewer, "canvas", None)  # since 0.9; the other attribute is deprecated there
    return canvas.overlays.text if canvas is not None else viewer.text_overlay


def _text(populations: Sequence[Populations], frame: int | None, style: PlotStyle) -> str:
    one = populations[0]
    row = one.row_of(frame) if frame is not None else None
    if row is None or frame is None:
        return ""
    if one.trusted is not None and not one.trusted[row]:
        return "cells: uncertain"
    age = age_at(populations, frame, style)
    cells = counted(round(one.counts[row, -1]), "cell")
    return cells + (f", age {age:.0f} min" if age is not None else "")


def add_to_layer(image: Image, populations: Populations) -> None:
    """Add counts to a layer's metadata, as ``metadata["devolearn"]["populations"]``.

    `populations` becomes a dict of lists: frame, time, AB .. total, and trusted, measured and age if known.
    """
    columns = {"frame": populations.frame.tolist(), "time": populations.time.tolist()}
    columns |= {name: populations.counts[:, i].tolist() for i, name in enumerate(SERIES)}
    for name in ("trusted", "measured", "age"):
        values = getattr(populations, name)
        if values is not None:
            columns[name] = values.tolist()
    image.metadata = image.metadata | {"devolearn": notes_of(image) | {"populations": columns}}
