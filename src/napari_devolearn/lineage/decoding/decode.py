"""Decode the counts of a whole movie together: all embryos develop in the same order, only forward."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Floats, Mask
from napari_devolearn.exceptions import ParameterError
from napari_devolearn.lineage.decoding.reference import Reference
from napari_devolearn.lineage.decoding.straight_clock import GRID, fit_straight_clock
from napari_devolearn.lineage.decoding.viterbi import cheapest_path

SHORTEST = 8
"""Minimum number of frames to fit a clock."""

_TAIL = 3.0  # standard errors above which errors count linearly
_INITIAL_BIASES = (-0.2, 0.0, 0.2)  # for which a linear clock is fitted first
_BIAS = np.linspace(-0.4, 0.4, 17)  # of log(1 + n), for many cells
_FEW = 10  # cells at which half of the bias applies, because few cells are easy to count
_BIAS_SPREAD, _BIAS_DRIFT = 0.15, 0.04  # standard deviations of the bias, and of its change per minute
_OFFSETS = np.arange(-8, 8 + GRID / 2, GRID / 2)  # minutes from the linear clock
_AGE_DRIFT = 0.08  # standard deviation of progress per minute; EPIC embryos stay within 1 min for hours


@dataclass(frozen=True, kw_only=True)
class Decoded:
    """Counts of a movie, fitted to the development of one embryo.

    `age`: (T,), float64: age of the embryo in each frame in minutes since AB divided, never decreasing.
    `counts`: (T, 7), float64: counts of real embryos at these ages.
    `speed`: minutes of age per frame, over the whole movie.
    `misfit`: mean difference between given and decoded counts, in standard errors of one frame; below 0.7 for
    embryos that develop normally, above 1 for others.
    """

    age: Floats
    counts: Floats
    speed: float
    misfit: float


def decode(counts: npt.ArrayLike, reference: Reference, trusted: npt.ArrayLike | None = None) -> Decoded:
    """Fit the age of a real embryo to counts over time.

    First ``age = start + speed * frame`` is fitted on a grid, then a path near that line by dynamic
    programming. Counts of crowded nuclei can be biased for many consecutive frames, if the image differs from
    the training images, while divisions occur at the right times. Therefore a slowly changing bias of the
    counts is fitted together with the age. Errors are in ``log(1 + n)``, and linear in the tails, for
    robustness against a few bad frames.

    `counts`: (T, 7), in the order of ``FOUNDERS``; need not be integers.
    `trusted`: (T,), bool: frames to fit; the ages of the others are derived from these. All by default.
    Raises ParameterError if fewer than `SHORTEST` frames are trusted.
    """
    values = np.asarray(counts, np.float64)
    use = np.ones(len(values), bool) if trusted is None else np.asarray(trusted, bool)
    if use.sum() < SHORTEST:
        raise ParameterError(
            f"counts: {int(use.sum())} trusted frames, but decoding needs {SHORTEST}; use the raw counts"
        )
    grid = np.arange(reference.age[0], reference.age[-1] + GRID / 2, GRID)
    expected = reference.counts_at(grid)[None]
    clocks = {fit_straight_clock(_costs(values, expected, use, bias), grid) for bias in _INITIAL_BIASES}
    paths = [(*_follow(values, reference, use, *clock), clock[1]) for clock in sorted(clocks)]
    _, age, speed = min(paths, key=lambda path: path[0])
    fitted = reference.counts_at(age)
    misfit = np.abs(_features(values) - _features(fitted))[use].mean() / _spreads(fitted[use]).mean()
    return Decoded(age=age, counts=fitted, speed=speed, misfit=float(misfit))


def _follow(
    values: Floats, reference: Reference, use: Mask, start: float, speed: float
) -> tuple[float, Floats]:
    """Cost and ages of the best path near a linear clock, with a drifting bias."""
    ages = (start + speed * np.arange(len(values)))[:, None] + _OFFSETS
    expected = reference.counts_at(ages.ravel()).reshape(*ages.shape, -1)
    cost = np.stack([_costs(values, expected, use, bias) for bias in _BIAS], axis=1)
    cost[0] += (_BIAS[:, None] / _BIAS_SPREAD) ** 2 / 2 + (_OFFSETS / 3) ** 2 / 2
    step = _OFFSETS[1] - _OFFSETS[0]
    drift = _AGE_DRIFT * np.sqrt(speed)
    far = 1 + int(3 * drift / step)
    total, _, offset = cheapest_path(
        cost,
        (range(-1, 2), range(-min(far, int(speed / step)), far + 1)),
        ((_BIAS[1] - _BIAS[0]) ** 2 / 2 / (_BIAS_DRIFT**2 * speed), (step / drift) ** 2 / 2),
    )
    age = ages[np.arange(len(ages)), offset]
    return total, age.clip(reference.age[0], reference.age[-1])


def _costs(values: Floats, expected: Floats, use: Mask, bias: float) -> Floats:
    """Misfit of each frame at each age: (T, K), from counts (T, 7) and (T or 1, K, 7)."""
    found, features, spreads = _features(values), _features(expected), _spreads(expected)
    whole = np.expm1(features)
    shifted = features + bias * whole / (whole + _FEW)
    cost = np.zeros((len(values), expected.shape[1]))
    for i in range(found.shape[-1]):
        error = np.abs(found[:, i, None] - shifted[..., i]) / spreads[..., i]
        cost += np.where(error < _TAIL, error**2 / 2, _TAIL * error - _TAIL**2 / 2)
    return np.asarray(cost / found.shape[-1] * use[:, None])


def _features(counts: Floats) -> Floats:
    """log(1 + n) of each lineage and of their sum."""
    return np.log1p(np.maximum(_with_total(counts), 0))


def _spreads(counts: Floats) -> Floats:
    """Standard error of `_features` for one frame: about half a cell plus 5 %."""
    return np.asarray(0.05 + 0.5 / (1 + _with_total(counts)))


def _with_total(counts: Floats) -> Floats:
    return np.concatenate([counts, counts.sum(axis=-1, keepdims=True)], axis=-1)
