"""Path of minimum cost through a grid of two states over time (Viterbi 1967)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Floats

Numbers = npt.NDArray[np.int64]


def cheapest_path(
    cost: Floats, steps: tuple[range, range], toll: tuple[float, float]
) -> tuple[float, Numbers, Numbers]:
    """Path of minimum cost, which moves up to a few grid points per frame in each state.

    `cost`: (T, I, J), float, of state (i, j) in frame t.
    `steps`: possible moves of i, and of j, per frame.
    `toll`: a move by n grid points costs ``toll * n**2``.
    Returns the total cost, and i and j, both (T,) int64.
    """
    total = cost[0].astype(np.float64)
    moved = np.zeros((2, *cost.shape), np.int8)
    for t in range(1, len(cost)):
        total, moved[0, t] = _step(total, steps[0], toll[0])
        turned, back = _step(total.T, steps[1], toll[1])
        total, moved[1, t] = turned.T + cost[t], back.T
    i, j = (np.empty(len(cost), np.int64) for _ in range(2))
    i[-1], j[-1] = np.unravel_index(total.argmin(), total.shape)
    for t in range(len(cost) - 1, 0, -1):
        j[t - 1] = j[t] - moved[1, t, i[t], j[t]]
        i[t - 1] = i[t] - moved[0, t, i[t], j[t - 1]]
    return float(total.min()), i, j


def _step(total: Floats, steps: range, toll: float) -> tuple[Floats, npt.NDArray[np.int8]]:
    """Minimum cost of each state after a move along the first axis, and that move."""
    length = len(total)
    best, move = np.full(total.shape, np.inf), np.zeros(total.shape, np.int8)
    for step in steps:
        reached = slice(max(step, 0), length + min(step, 0))
        left = slice(max(-step, 0), length + min(-step, 0))
        paid = total[left] + toll * step**2
        less = paid < best[reached]
        best[reached][less] = paid[less]
        move[reached][less] = step
    return best, move
