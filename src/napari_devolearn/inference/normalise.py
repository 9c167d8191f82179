"""Intensities of one slice to the range that a network was trained on."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt


def normalise(plane: npt.ArrayLike, percentiles: tuple[float, float]) -> npt.NDArray[np.float32]:
    """Map two percentiles of a slice to 0 and 1.

    Each slice is normalised by itself, so that a slice in view and the same slice in a run over
    the movie give the same mask, and nothing else has to be read first.

    Parameters
    ----------
    plane : array-like, (Y, X), any real dtype
    percentiles : tuple of float
        Lower and upper percentile, 0 to 100.

    Returns
    -------
    ndarray, (Y, X), float32
        Clipped to -1..4, since a few hot pixels carry no more than that; zeros for a constant slice.
    """
    values = np.asarray(plane, np.float32)
    low, high = np.percentile(values, percentiles)
    if not high > low:
        return np.zeros(values.shape, np.float32)
    scaled: npt.NDArray[np.float32] = np.clip((values - low) / (high - low), -1, 4).astype(np.float32)
    return scaled
