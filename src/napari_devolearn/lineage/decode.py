"""Counts of a whole movie decoded together: development only goes forward, in every embryo alike."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_devolearn.lineage.reference import Reference

Floats = npt.NDArray[np.float64]

SHORTEST = 8
"""Frames that a movie needs for its clock to be fitted."""

_SPEEDS = np.geomspace(0.1, 6.0, 83)  # minutes of age a frame
_TOTAL = 3.0  # how much the total weighs beside one lineage
_TAIL = 2.0  # spreads beyond which an error counts no more than linearly
_DRIFT = 0.5  # of the speed: standard deviation of a step, since embryos do not develop evenly
_GRID = 0.25  # minutes


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """A movie's counts along one embryo's development.

    Parameters
    ----------
    age : ndarray, (T,), float64
        Age of the embryo in each frame in minutes since AB divided, never falling.
    counts : ndarray, (T, 7), float64
        Counts of real embryos at these ages.
    speed : float
        Minutes of age a frame, over the whole movie.
    misfit : float
        Mean distance between the counts given and those decoded, in standard errors of one frame;
        near 1 where the embryo develops as real ones do, above 3 where it does not.
    """

    age: Floats
    counts: Floats
    speed: float
    misfit: float


def decode(counts: npt.ArrayLike, reference: Reference, trusted: npt.ArrayLike | None = None) -> Decoded:
    """Fit the clock of a real embryo to counts over time.

    First ``age = start + speed * frame`` by trial over a grid, then a path beside that line by dynamic
    programming. Errors count in ``log(1 + n)`` and linearly in the tails, so that a few bad frames do
    not bend the clock.

    Parameters
    ----------
    counts : array-like, (T, 7)
        Counts of each frame, in the order of ``FOUNDERS``; need not be whole numbers.
    reference : Reference
    trusted : array-like, (T,), bool, optional
        Frames to fit to; the age of the others follows from these. All by default.

    Returns
    -------
    Decoded

    Raises
    ------
    ValueError
        If fewer than `SHORTEST` frames are trusted.
    """
    values = np.asarray(counts, np.float64)
    use = np.ones(len(values), bool) if trusted is None else np.asarray(trusted, bool)
    if use.sum() < SHORTEST:
        raise ValueError(
            f"counts: {int(use.sum())} frames to be trusted, a clock needs {SHORTEST}; decode none"
        )
    grid = np.arange(reference.age[0], reference.age[-1], _GRID)
    cost = _costs(values, reference.counts_at(grid), use)
    start, speed = _fit_clock(cost, grid)
    age = _follow(cost, grid, start + speed * np.arange(len(values)), speed)
    fitted = reference.counts_at(age)
    misfit = np.abs(_features(values) - _features(fitted))[use].mean() / _spreads(fitted[use]).mean()
    return Decoded(age=age, counts=fitted, speed=speed, misfit=float(misfit))


def _features(counts: Floats) -> Floats:
    """log(1 + n) of each lineage, and of their sum."""
    whole = np.concatenate([counts, counts.sum(axis=-1, keepdims=True)], axis=-1)
    return np.log1p(np.maximum(whole, 0))


def _spreads(counts: Floats) -> Floats:
    """Standard error of `_features` for one frame: about half a cell and a tenth."""
    whole = np.concatenate([counts, counts.sum(axis=-1, keepdims=True)], axis=-1)
    return np.asarray(0.1 + 0.5 / (1 + whole))


def _costs(values: Floats, expected: Floats, use: npt.NDArray[np.bool_]) -> Floats:
    """How badly each frame fits each age, (T, K)."""
    error = np.abs(_features(values)[:, None] - _features(expected)) / _spreads(expected)
    robust = np.where(error < _TAIL, error**2 / 2, _TAIL * error - _TAIL**2 / 2)
    cost: Floats = np.average(robust, axis=-1, weights=[1.0] * values.shape[1] + [_TOTAL]) * use[:, None]
    return cost


def _fit_clock(cost: Floats, grid: Floats) -> tuple[float, float]:
    """Start and speed of the straight clock of least cost: roughly, then in finer steps around it."""
    middle = len(cost) / 2
    tries = [(s, grid[0] - s * middle + np.arange(0, grid[-1] - grid[0] + s * middle)) for s in _SPEEDS]
    start, speed = _best_clock(cost, grid, tries)
    near = speed * np.linspace(0.93, 1.07, 29)
    tries = [(s, start + (speed - s) * middle + np.arange(-4, 4.1, 0.5)) for s in near]
    return _best_clock(cost, grid, tries)


def _best_clock(cost: Floats, grid: Floats, tries: list[tuple[float, Floats]]) -> tuple[float, float]:
    frame = np.arange(len(cost))
    best = (np.inf, 0.0, 1.0)
    for speed, starts in tries:
        index = np.rint((starts[:, None] + speed * frame - grid[0]) / _GRID).astype(int)
        total = cost[frame, index.clip(0, len(grid) - 1)].sum(axis=1)
        least = int(np.argmin(total))
        best = min(best, (float(total[least]), float(starts[least]), float(speed)))
    return best[1], best[2]


def _follow(cost: Floats, grid: Floats, line: Floats, speed: float) -> Floats:
    """Ages of least cost that never fall and whose steps stay near the speed (Viterbi)."""
    drift = max(_DRIFT * speed, 0.1)
    steps = np.arange(int(np.ceil((speed + 3 * drift) / _GRID)) + 1)
    toll = ((steps * _GRID - speed) / drift) ** 2 / 2
    total = cost[0] + ((grid - line[0]) / 15) ** 2 / 2
    came = np.zeros(cost.shape, int)
    for t in range(1, len(cost)):
        before = np.full((len(steps), len(grid)), np.inf)
        for step in steps:
            before[step, step:] = total[: len(grid) - step] + toll[step]
        before[0, -1] = total[-1]  # at the table's end the clock stands still without a toll
        came[t] = before.argmin(axis=0)
        total = before.min(axis=0) + cost[t]
    place = np.empty(len(cost), int)
    place[-1] = int(total.argmin())
    for t in range(len(cost) - 1, 0, -1):
        place[t - 1] = place[t] - came[t, place[t]]
    return grid[place]
