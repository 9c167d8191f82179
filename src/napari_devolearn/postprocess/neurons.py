"""Label whole neurons: soma and neurites are one object, even if a neurite has short gaps."""

from __future__ import annotations

import numpy as np
import scipy

from napari_devolearn._types import Labels, Probability, VoxelSize
from napari_devolearn.postprocess.components import ball_voxels, rank_by_size
from napari_devolearn.postprocess.threshold import threshold_mask

GAP = 3.0
"""um. Components closer than this are one neuron."""

_SMALLEST = 8.0  # um, diameter of a disc. Smaller objects are debris: a soma is wider.


def label_neurons(
    probability: Probability, threshold: float, voxel_size: VoxelSize, min_diameter: float = 2.0
) -> Labels:
    """Label connected neurons, the largest first, 1..n without gaps; neurons that touch are not separated.

    `probability`: (Y, X) or (Z, Y, X), uint8.
    `threshold`: above 0 and up to 1.
    `voxel_size`: (Z, Y, X) in um; for a slice, only Y and X are used.
    `min_diameter`: smaller neurons, compared with a disc (in 3D a ball), are dropped; um, at least
    `_SMALLEST`. Pixels between joined components stay background.
    """
    mask = threshold_mask(probability, threshold)
    size = np.asarray(voxel_size[-mask.ndim :], float)
    near = scipy.ndimage.distance_transform_edt(~mask, sampling=size) <= GAP / 2 if mask.any() else mask
    parts, _ = scipy.ndimage.label(near, np.ones((3,) * mask.ndim))
    parts[~mask] = 0
    return np.asarray(rank_by_size(parts, ball_voxels(max(min_diameter, _SMALLEST), size))[parts])
