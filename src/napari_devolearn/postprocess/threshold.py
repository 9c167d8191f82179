"""Threshold a probability; the only step that a changed threshold repeats."""

from __future__ import annotations

import math

import numpy as np

from napari_devolearn._types import Mask, Probability


def threshold_mask(probability: Probability, threshold: float) -> Mask:
    """Voxels whose probability (0..255 for 0..1) reaches the threshold (above 0, up to 1)."""
    return np.asarray(probability >= max(1, math.ceil(threshold * 255)))
