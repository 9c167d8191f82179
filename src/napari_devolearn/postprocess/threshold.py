"""Threshold a probability; the only step that a changed threshold repeats."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Probability


def threshold_mask(probability: Probability, threshold: float) -> npt.NDArray[np.bool_]:
    """Voxels whose probability (0..255 for 0..1) reaches the threshold (above 0, up to 1)."""
    return np.asarray(probability >= max(1, math.ceil(threshold * 255)))
