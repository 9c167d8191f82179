"""Fit the linear clock of minimum cost: start and speed of development."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Floats

GRID = 0.25
"""Step of the ages, in minutes."""

_SPEEDS = np.geomspace(0.02, 20.0, 138)  # minutes of age per frame
_FRAMES = 120  # maximum number of frames for the first, rough fit


def fit_straight_clock(cost: Floats, grid: Floats) -> tuple[float, float]:
    """Fit ``age = start + speed * frame`` by a grid search, first roughly, then in finer steps.

    `cost`: (T, K), float64, of each age in each frame.
    `grid`: (K,), float64: these ages in minutes, `GRID` apart.
    Returns the age in frame 0 and the minutes per frame; at least half of the movie is within the ages.
    """
    middle = len(cost) / 2
    some = np.unique(np.linspace(0, len(cost) - 1, _FRAMES).astype(int))
    tries = [(s, grid[0] - s * middle + np.arange(0, grid[-1] - grid[0] + s * middle)) for s in _SPEEDS]
    start, speed = _best(cost[some], some, grid, tries)
    near = speed * np.linspace(0.93, 1.07, 29)
    tries = [(s, start + (speed - s) * middle + np.arange(-4, 4.1, 0.5)) for s in near]
    return _best(cost, np.arange(len(cost)), grid, tries)


def _best(
    cost: Floats, frame: npt.NDArray[np.int64], grid: Floats, tries: list[tuple[float, Floats]]
) -> tuple[float, float]:
    best = (np.inf, 0.0, 1.0)
    rows = np.arange(len(frame))
    for speed, starts in tries:
        index = np.rint((starts[:, None] + speed * frame - grid[0]) / GRID).astype(int)
        total = cost[rows, index.clip(0, len(grid) - 1)].sum(axis=1)
        least = int(np.argmin(total))
        best = min(best, (float(total[least]), float(starts[least]), float(speed)))
    return best[1], best[2]
