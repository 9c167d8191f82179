"""Probability to mask: the one step that the live threshold repeats."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Probability


def threshold_mask(probability: Probability, threshold: float) -> npt.NDArray[np.bool_]:
    """Where the probability reaches the threshold.

    Parameters
    ----------
    probability : ndarray, any shape, uint8
        0..255 for 0..1.
    threshold : float
        Above 0 and up to 1.

    Returns
    -------
    ndarray, same shape, bool
    """
    mask: npt.NDArray[np.bool_] = probability >= max(1, math.ceil(threshold * 255))
    return mask
