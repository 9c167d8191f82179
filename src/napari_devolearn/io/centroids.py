"""Centres of labelled objects, as a napari Tracks layer takes them."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.io._frames import to_tzyx
from napari_devolearn.io.stack import Stack

_MOST_BINS = 2**20  # above it a count for each possible label costs more than sorting


def centroids(masks: Stack | Any) -> npt.NDArray[np.float64]:
    """Mean position of each object in each frame.

    Parameters
    ----------
    masks : Stack, or array-like of YX, ZYX or TZYX of integer
        Frames of a lazy one are read in a few threads, one each at a time.

    Returns
    -------
    ndarray, (N, 5), float64
        Columns label, frame number, z, y, x in pixels; sorted by label, then frame.
    """
    data, numbers = (masks.data, masks.frames) if isinstance(masks, Stack) else (to_tzyx(masks), None)

    def of_frame(index: int) -> npt.NDArray[np.float64]:
        number = numbers[index] if numbers else index
        return _of_frame(np.asarray(data[index]), number)

    # each thread holds one frame; more of them would cost memory without being faster
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        points = np.concatenate(list(pool.map(of_frame, range(data.shape[0]))))
    order = np.lexsort((points[:, 1], points[:, 0]))
    return points[order]


def _of_frame(frame: npt.NDArray[Any], number: int) -> npt.NDArray[np.float64]:
    where = np.flatnonzero(frame)
    labels = frame.ravel()[where]
    if not where.size:
        return np.empty((0, 5))
    if labels.max() < _MOST_BINS:
        ids, bins = None, labels
    else:
        ids, bins = np.unique(labels, return_inverse=True)
    count = np.bincount(bins)
    found = np.flatnonzero(count)
    sums = [np.bincount(bins, weights=axis)[found] for axis in np.unravel_index(where, frame.shape)]
    columns = [found if ids is None else ids, np.full(found.size, number)]
    return np.column_stack([*columns, *(total / count[found] for total in sums)]).astype(np.float64)
