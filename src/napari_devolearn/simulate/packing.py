"""Push nuclei apart, and back into the eggshell, until none overlap."""

from __future__ import annotations

import numpy as np

from napari_devolearn._types import Floats
from napari_devolearn.exceptions import ParameterError

GAP = 0.2
"""Distance to keep between the surfaces of two nuclei, in um."""


def relax(centers: Floats, minimum: Floats, preferred: Floats, limits: Floats, *, steps: int) -> Floats:
    """Spread nuclei over the egg; z is divided by the stretch of the nuclei, so that they are balls.

    `centers`: (N, 3), in um from the middle of the egg.
    `minimum`: (N, N), symmetric: distances in um to keep, with a tolerance of half a `GAP`.
    `preferred`: (N, N): distances in um that `steps` approach, each by a tenth; not enforced.
    `limits`: (N, 3): semi-axes in um of the ellipsoid in which each centre must stay.
    Returns (N, 3), the new centres.
    Raises ParameterError if the nuclei do not fit.
    """
    for _ in range(steps):
        centers, _overlap = _push(centers, preferred, 0.1)
        centers = _confine(centers, limits)
    for _ in range(2000):
        centers, overlap = _push(centers, minimum, 0.6)
        centers = _confine(centers, limits)
        if overlap < GAP / 2:
            return centers
    raise ParameterError(f"simulation: no room for {len(centers)} nuclei; use fewer or a larger shape")


def _push(centers: Floats, distance: Floats, strength: float) -> tuple[Floats, float]:
    """Move apart every pair that is too close; returns the largest overlap."""
    offset = centers[:, None] - centers
    apart = np.sqrt((offset**2).sum(-1)) + 1e-9
    missing = np.maximum(distance - apart, 0)
    np.fill_diagonal(missing, 0)
    step = (0.5 * strength * missing / apart)[..., None] * offset
    return centers + step.sum(1), float(missing.max())


def _confine(centers: Floats, limits: Floats) -> Floats:
    beyond = np.sqrt(((centers / limits) ** 2).sum(1, keepdims=True))
    return np.asarray(centers / np.maximum(beyond, 1))
