"""Push nuclei apart, and back into the eggshell, until none overlap."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ParameterError

Floats = npt.NDArray[np.float64]

GAP = 0.2
"""Distance to keep between the surfaces of two nuclei, in um."""


def relax(centers: Floats, least: Floats, wanted: Floats, room: Floats, *, steps: int) -> Floats:
    """Spread nuclei over the egg.

    Works in round space, where z is divided by the stretch of the nuclei so that these are balls.

    Parameters
    ----------
    centers : ndarray, (N, 3)
        Centres in um from the middle of the egg.
    least : ndarray, (N, N)
        Distances in um to keep, less half a `GAP` that may be missing; symmetric.
    wanted : ndarray, (N, N)
        Preferred distances in um between cells: approached in `steps`, not enforced.
    room : ndarray, (N, 3)
        Semi-axes in um of the ellipsoid that each centre has to stay in.
    steps : int
        Number of steps towards `wanted`, each a tenth of the way.

    Returns
    -------
    ndarray, (N, 3)
        New centres.

    Raises
    ------
    ValueError
        If there is no room for all of them.
    """
    for _ in range(steps):
        centers, _overlap = _push(centers, wanted, 0.1)
        centers = _confine(centers, room)
    for _ in range(2000):
        centers, overlap = _push(centers, least, 0.6)
        centers = _confine(centers, room)
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


def _confine(centers: Floats, room: Floats) -> Floats:
    beyond = np.sqrt(((centers / room) ** 2).sum(1, keepdims=True))
    inside: Floats = centers / np.maximum(beyond, 1)
    return inside
