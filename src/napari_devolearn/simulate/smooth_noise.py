"""Smooth random fields."""

from __future__ import annotations

import math

import numpy as np
import scipy

from napari_devolearn._types import Floats32

_COARSE = 2.0  # sigma, in points, on the grid on which the field is generated


def smooth_noise(
    shape: tuple[int, ...], sigma: float, rng: np.random.Generator, *, step: float = 1.0
) -> Floats32:
    """Gaussian-filtered normal noise with mean 0 and standard deviation about 1.

    `sigma`: of the filter, in the unit of `step`.
    `step`: edge of a voxel.
    """
    points = sigma / step
    coarsening = max(1.0, points / _COARSE)
    drawn = tuple(math.ceil(length / coarsening) + 2 for length in shape)
    field = scipy.ndimage.gaussian_filter(
        rng.standard_normal(drawn, np.float32), points / coarsening, mode="wrap", truncate=3
    )
    field /= max(float(field.std()), 1e-6)
    return refine(field, shape, coarsening)


def refine(coarse: Floats32, shape: tuple[int, ...], factor: float) -> Floats32:
    """Interpolate linearly on a finer grid with the same first point.

    `coarse`: at least ``shape / factor + 2`` points along each axis.
    `shape`: of the result.
    `factor`: fine steps per coarse step, at least 1.
    """
    fine = coarse
    for axis, length in enumerate(shape):
        place = np.arange(length) / factor
        below = place.astype(int)
        share = np.expand_dims(
            (place - below).astype(np.float32), [k for k in range(len(shape)) if k != axis]
        )
        fine = np.take(fine, below, axis) * (1 - share) + np.take(fine, below + 1, axis) * share
    return fine
