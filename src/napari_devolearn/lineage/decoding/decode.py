"""Decode the counts of a whole movie together: all embryos develop in the same order, and only forward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ParameterError
from napari_devolearn.lineage.decoding.reference import Reference
from napari_devolearn.lineage.decoding.straight_clock import GRID, fit_straight_clock
from napari_devolearn.lineage.decoding.viterbi import cheapest_path

Floats = npt.NDArray[np.float64]

SHORTEST = 8
"""Minimum number of frames to fit a clock."""

_TAIL = 3.0  # standard errors beyond which errors count linearly
_TRIED = (-0.2, 0.0, 0.2)  # biases for which a linear clock is fitted first
_BIAS = np.linspace(-0.4, 0.4, 17)  # of log(1 + n), for many cells
_FEW = 10  # cells at which half of the bias applies: few cells are easy to count
_BIAS_SPREAD, _BIAS_DRIFT = 0.15, 0.04  # standard deviations: of the bias, of its change in a minute
_BESIDE = np.arange(-8, 8 + GRID / 2, GRID / 2)  # minutes around the linear clock
_AGE_DRIFT = 0.08  # standard deviation of a minute's progress; EPIC's embryos stay within 1 min for hours


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
        Minutes of age per frame, over the whole movie.
    misfit : float
        Mean distance between the counts given and those decoded, in standard errors of one frame; below 0.7
        for embryos that develop normally, above 1 for others.
    """

    age: Floats
    counts: Floats
    speed: float
    misfit: float


def decode(counts: npt.ArrayLike, reference: Reference, trusted: npt.ArrayLike | None = None) -> Decoded:
    """Fit the clock of a real embryo to counts over time.

    First ``age = start + speed * frame`` by trial over a grid, then a path beside that line by dynamic
    programming. Counts of crowded nuclei are too low or too high for many frames on end, as the image
    is unlike those that the network knows, while waves of divisions come on time: so a bias of the counts
    that changes slowly is found along with the age. Errors are measured in ``log(1 + n)``, and linearly in
    the tails, for robustness against a few bad frames.

    `counts`: array-like, (T, 7): counts of each frame, in the order of ``FOUNDERS``; need not be whole
    numbers.
    `trusted`: array-like, (T,), bool: frames to fit to; the age of the others follows from these. All by
    default.
    Raises ValueError if fewer than `SHORTEST` frames are trusted.
    """
    values = np.asarray(counts, np.float64)
    use = np.ones(len(values), bool) if trusted is None else np.asarray(trusted, bool)
    if use.sum() < SHORTEST:
        raise ParameterError(
            f"counts: {int(use.sum())} trusted frames, but a clock needs {SHORTEST}; do not decode"
        )
    grid = np.arange(reference.age[0], reference.age[-1] + GRID / 2, GRID)
    expected = reference.counts_at(grid)[None]
    clocks = {fit_straight_clock(_costs(values, expected, use, bias), grid) for bias in _TRIED}
    paths = [(*_follow(values, reference, use, *clock), clock[1]) for clock in sorted(clocks)]
    _, age, speed = min(paths, key=lambda path: path[0])
    fitted = reference.counts_at(age)
    misfit = np.abs(_features(values) - _features(fitted))[use].mean() / _spreads(fitted[use]).mean()
    return Decoded(age=age, counts=fitted, speed=speed, misfit=float(misfit))


def _follow(
    values: Floats, reference: Reference, use: npt.NDArray[np.bool_], start: float, speed: float
) -> tuple[float, Floats]:
    """Cost and ages of the best path near a linear clock, with a drifting bias."""
    ages = (start + speed * np.arange(len(values)))[:, None] + _BESIDE
    expected = reference.counts_at(ages.ravel()).reshape(*ages.shape, -1)
    cost = np.stack([_costs(values, expected, use, bias) for bias in _BIAS], axis=1)
    cost[0] += (_BIAS[:, None] / _BIAS_SPREAD) ** 2 / 2 + (_BESIDE / 3) ** 2 / 2
    step = _BESIDE[1] - _BESIDE[0]
    drift = _AGE_DRIFT * np.sqrt(speed)
    far = 1 + int(3 * drift / step)
    total, _, beside = cheapest_path(
        cost,
        (range(-1, 2), range(-min(far, int(speed / step)), far + 1)),
        ((_BIAS[1] - _BIAS[0]) ** 2 / 2 / (_BIAS_DRIFT**2 * speed), (step / drift) ** 2 / 2),
    )
    age = ages[np.arange(len(ages)), beside]
    return total, age.clip(reference.age[0], reference.age[-1])


def _costs(
    values: Floats, expected: Floats, use: npt.NDArray[np.bool_], bias: float
) -> npt.NDArray[np.float64]:
    """How badly each frame fits each age: (T, K), from counts (T, 7) and (T or 1, K, 7)."""
    found, wanted, spreads = _features(values), _features(expected), _spreads(expected)
    whole = np.expm1(wanted)
    shifted = wanted + bias * whole / (whole + _FEW)
    cost = np.zeros((len(values), expected.shape[1]))
    for i in range(found.shape[-1]):
        error = np.abs(found[:, i, None] - shifted[..., i]) / spreads[..., i]
        cost += np.where(error < _TAIL, error**2 / 2, _TAIL * error - _TAIL**2 / 2)
    return np.asarray(cost / found.shape[-1] * use[:, None])


def _features(counts: Floats) -> Floats:
    """log(1 + n) of each lineage, and of their sum."""
    return np.log1p(np.maximum(_with_total(counts), 0))


def _spreads(counts: Floats) -> Floats:
    """Standard error of `_features` for one frame: about half a cell and a twentieth."""
    return np.asarray(0.05 + 0.5 / (1 + _with_total(counts)))


def _with_total(counts: Floats) -> Floats:
    return np.concatenate([counts, counts.sum(axis=-1, keepdims=True)], axis=-1)
