"""Pixels for display: 8-bit slices and outlines of labels, at screen resolution."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

MAX_EDGE = 1200
"""Maximum number of pixels along an edge; larger images are subsampled."""

COLOURS = 7
"""Number of outline colours."""

Bytes = npt.NDArray[np.uint8]


def subsample(plane: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """Subsample a slice (Y, X), so that no edge is longer than `MAX_EDGE`."""
    every = max(1, -(-max(plane.shape) // MAX_EDGE))
    return plane[::every, ::every]


def contrast(volume: npt.NDArray[np.generic]) -> tuple[float, float]:
    """Contrast limits of a volume: 1st and 99.8th percentile of a subset of its pixels."""
    every = max(1, round((volume.size / 2e5) ** (1 / volume.ndim)))
    part = np.asarray(volume[(slice(None, None, every),) * volume.ndim], np.float64)
    part = part[np.isfinite(part)]
    if not part.size:
        return 0.0, 1.0
    low, high = np.percentile(part, (1, 99.8))
    return float(low), float(max(high, low + 1e-6))


def grey(plane: npt.NDArray[np.generic], limits: tuple[float, float]) -> Bytes:
    """Convert a slice (Y, X) to 8 bit and subsample it; `limits` become black and white."""
    low, high = limits
    values = np.nan_to_num(np.asarray(subsample(plane), np.float32), posinf=high, neginf=low)
    return np.asarray(np.clip((values - low) / (high - low) * 255, 0, 255), np.uint8)


def outlines(labels: npt.NDArray[np.integer]) -> Bytes:
    """Outlines of labels (Y, X), subsampled: uint8, 0 elsewhere, 1 to `COLOURS` on outlines."""
    visible = subsample(labels)
    edge = np.zeros(visible.shape, bool)
    for axis in (0, 1):
        differs = np.diff(visible, axis=axis) != 0
        before, after = _halves(edge, axis)
        before |= differs
        after |= differs
    return np.where(edge & (visible > 0), visible % COLOURS + 1, 0).astype(np.uint8)


def _halves(edge: npt.NDArray[np.bool_], axis: int) -> tuple[npt.NDArray[np.bool_], npt.NDArray[np.bool_]]:
    return (edge[:-1], edge[1:]) if axis == 0 else (edge[:, :-1], edge[:, 1:])
