"""Limits of a plot after a zoom or a pan."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_devolearn.lineage.plot.figure import Limits

if TYPE_CHECKING:
    from matplotlib.transforms import Transform


_STEP = 0.8
"""Factor of the visible span per notch of the mouse wheel."""

Floats = npt.NDArray[np.float64]


def zoomed(limits: Limits, place: Floats, notches: float, scale: Transform, *, cells: bool) -> Limits:
    """Zoom in (or out, by negative notches) around the mouse.

    `place` is the position of the mouse, (2,) in fractions of the axes' width and height; `scale` maps cells
    to positions along their axis; `cells` zooms along that axis, not along the frames.
    """
    frames, counts = limits
    part = _STEP**notches
    if not cells:
        return _spread(frames, float(place[0]), part), counts
    low, high = _spread(_transformed(counts, scale), float(place[1]), part)
    return frames, _transformed((low, high), scale.inverted())


def panned(limits: Limits, moved: Floats, scale: Transform) -> Limits:
    """Pan the visible limits.

    `moved` is (2,) in fractions of the axes' width and height; `scale` as in `zoomed`.
    """
    frames, (low, high) = limits[0], _transformed(limits[1], scale)
    right, up = moved * (frames[1] - frames[0], high - low)
    counts = _transformed((low - up, high - up), scale.inverted())
    return (float(frames[0] - right), float(frames[1] - right)), counts


def _spread(ends: tuple[float, float], at: float, part: float) -> tuple[float, float]:
    middle, span = ends[0] + at * (ends[1] - ends[0]), part * (ends[1] - ends[0])
    return middle - at * span, middle + (1 - at) * span


def _transformed(ends: tuple[float, float], scale: Transform) -> tuple[float, float]:
    low, high = scale.transform(np.array(ends))
    return float(low), float(high)
