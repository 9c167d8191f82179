"""Split a height map into hills: the peak that each cell rises to, and the saddles between peaks."""

from __future__ import annotations

from itertools import product
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Floats32

Numbers = npt.NDArray[np.int32]


class Hills(NamedTuple):
    """Hills of a height map.

    `hill`: (Z, Y, X), int32: number of the hill of each cell, from 1; 0 outside.
    `peak`: height of each peak; the first belongs to no hill.
    `saddles`: two hills that touch, and the height of the saddle between them; highest first.
    """

    hill: Numbers
    peak: list[float]
    saddles: list[tuple[int, int, float]]


def hills_of(height: Floats32, part: Numbers) -> Hills:
    """Assign each cell to the peak that it reaches by always moving to the highest of its 26 neighbours.

    `height`: (Z, Y, X), float32.
    `part`: (Z, Y, X), int32, 0 outside; a hill never extends from one part into another.
    """
    wide = np.pad(part, 1)
    heights = height[part > 0]
    order = np.argsort(heights, kind="stable")
    heights, cells = heights[order], np.flatnonzero(wide)[order]
    rank = np.zeros(wide.size, np.int32)  # rank of the height, from 1; all different
    rank[cells] = np.arange(1, len(cells) + 1, dtype=np.int32)
    steps = _half_of_neighbours(wide.shape)
    neighbour_ranks = {
        step: _neighbour_ranks(step, cells, rank, wide.reshape(-1)) for one in steps for step in (one, -one)
    }
    up = rank[cells]
    for other in neighbour_ranks.values():
        np.maximum(up, other, out=up)
    up = np.concatenate([np.zeros(1, np.int32), up])
    while not np.array_equal(up, further := up[up]):
        up = further
    peaks = np.unique(up)
    hill_at = np.searchsorted(peaks, up).astype(np.int32)  # hill of each rank
    return Hills(
        hill_at[rank].reshape(wide.shape)[1:-1, 1:-1, 1:-1],
        [0.0, *heights[peaks[1:] - 1].tolist()],
        _saddles(hill_at, heights, [neighbour_ranks[step] for step in steps]),
    )


def _half_of_neighbours(shape: tuple[int, ...]) -> list[int]:
    """Index steps to 13 of the 26 neighbours of a cell; the others are opposite."""
    _, rows, columns = shape
    steps = [(z * rows + y) * columns + x for z, y, x in product((-1, 0, 1), repeat=3)]
    return steps[: len(steps) // 2]


def _neighbour_ranks(step: int, cells: npt.NDArray[np.intp], rank: Numbers, part: Numbers) -> Numbers:
    """Rank of one neighbour of each cell; 0 if it belongs to another part."""
    neighbours = cells + step
    ranks = rank[neighbours]
    ranks[part[neighbours] != part[cells]] = 0
    return ranks


def _saddles(
    hill_at: Numbers, heights: Floats32, neighbour_ranks: list[Numbers]
) -> list[tuple[int, int, float]]:
    """Pairs of hills that touch, with the height of the highest pair of cells between them."""
    own = np.arange(1, len(heights) + 1, dtype=np.int32)
    pairs, ranks = [], []
    for neighbour in neighbour_ranks:
        one, other = hill_at[1:], hill_at[neighbour]
        between = (neighbour > 0) & (one != other)
        low, high = np.minimum(one[between], other[between]), np.maximum(one[between], other[between])
        pairs.append(low.astype(np.int64) << 32 | high)
        ranks.append(np.minimum(own[between], neighbour[between]))
    pair, rank = np.concatenate(pairs), np.concatenate(ranks)
    falling = np.argsort(-rank, kind="stable")
    pair, rank = pair[falling], rank[falling]
    _, first = np.unique(pair, return_index=True)
    first.sort()
    height = heights[rank[first] - 1].tolist()
    ones, others = (pair[first] >> 32).tolist(), (pair[first] & 0xFFFFFFFF).tolist()
    return list(zip(ones, others, height, strict=True))
