"""Appearance of a populations plot: theme, scale, hidden lineages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from napari_devolearn.lineage.decoding.clock import Clock
from napari_devolearn.lineage.plot.palette import Theme

Scale = Literal["linear", "log"]


@dataclass(frozen=True, kw_only=True)
class PlotStyle:
    """Appearance of a populations plot.

    `scale`: of the counts; "log" is linear from 0 to 1.
    `hidden`: hidden lineages, of `SERIES`.
    `clock`: position of the band of real embryos.
    `points`: also show the counts of single frames.
    `frames`: minimum number of frames on the axis, so that growing curves fit.
    """

    theme: Theme = "light"
    scale: Scale = "linear"
    hidden: frozenset[str] = frozenset()
    clock: Clock | None = None
    points: bool = True
    frames: int = 0
