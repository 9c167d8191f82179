"""Sizes and other measures of connected components and labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from napari_devolearn._types import Floats, Labels, Mask

_MOST_BINS = 2**20  # for higher labels, sorting is cheaper than counting each possible label


def bounding_box(mask: Mask, margin: Sequence[int]) -> tuple[slice, ...] | None:
    """Bounding box of a mask and a margin, in voxels along each axis; None if the mask is empty."""
    found = scipy.ndimage.find_objects(mask.view(np.uint8))
    if not found:
        return None
    return tuple(slice(max(0, cut.start - m), cut.stop + m) for cut, m in zip(found[0], margin, strict=True))


def ball_voxels(diameter: float, size: Floats) -> float:
    """Number of voxels in a ball (3D) or disc (2D) of a diameter in um."""
    volume = np.pi / 6 * diameter**3 if len(size) == 3 else np.pi / 4 * diameter**2
    return float(volume / size.prod())


def number_large(labels: npt.NDArray[np.integer], smallest: float, taken: int = 0) -> Labels:
    """New number of each label: 0 below `smallest` voxels, else counted from ``taken + 1`` without gaps."""
    keep = np.bincount(labels.ravel()) >= max(smallest, 1)
    keep[0] = False
    return np.asarray(((np.cumsum(keep) + taken) * keep).astype(np.uint32))


def rank_by_size(labels: npt.NDArray[np.integer], smallest: float) -> Labels:
    """New number of each label: 0 below `smallest` voxels, else 1 for the largest, and so on."""
    voxels = np.bincount(labels.ravel(), minlength=1)
    voxels[0] = 0
    kept = np.flatnonzero(voxels >= max(smallest, 1))
    ranks: Labels = np.zeros(len(voxels), np.uint32)
    ranks[kept[np.argsort(-voxels[kept], kind="stable")]] = np.arange(1, len(kept) + 1)
    return ranks


def measure_labels(
    frame: npt.NDArray[Any], image: npt.NDArray[Any] | None = None
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64], Floats, Floats]:
    """Labels (N,), ascending; number of voxels (N,), mean index (N, 3) and mean intensity (N,) of each."""
    where = np.flatnonzero(frame)
    labels = frame.ravel()[where].astype(np.int64)
    if not where.size:
        return np.empty(0, np.int64), np.empty(0, np.int64), np.empty((0, 3)), np.empty(0)
    if labels.max() < _MOST_BINS:
        ids, bins = None, labels
    else:
        ids, bins = np.unique(labels, return_inverse=True)
    count = np.bincount(bins)
    found = np.flatnonzero(count)
    sums = [np.bincount(bins, weights=axis)[found] for axis in np.unravel_index(where, frame.shape)]
    center = np.column_stack(sums) / count[found, None]
    weights = np.zeros(len(where)) if image is None else image.ravel()[where].astype(np.float64)
    intensity = np.bincount(bins, weights=weights)[found] / count[found]
    return found if ids is None else ids, count[found], center, intensity
