"""Whole neurons: soma and neurites are one object, also where a neurite is lost for a short way."""

from __future__ import annotations

import numpy as np

from napari_devolearn._types import Labels, Probability, VoxelSize
from napari_devolearn.postprocess.parts import ball_voxels
from napari_devolearn.postprocess.threshold import threshold_mask

GAP = 3.0
"""um: parts no farther from each other are one neuron."""

SMALLEST = 8.0
"""um, diameter of a disc: what is smaller is debris, for a soma alone is wider."""


def label_neurons(
    probability: Probability, threshold: float, voxel_size: VoxelSize, min_diameter: float = 2.0
) -> Labels:
    """Label connected neurons; those that touch are not told apart.

    Parameters
    ----------
    probability : ndarray, (Y, X) or (Z, Y, X), uint8
        0..255 for 0..1.
    threshold : float
        Above 0 and up to 1.
    voxel_size : tuple of float
        (Z, Y, X) in um; of a slice the last two count.
    min_diameter : float
        Neurons smaller than a disc (in 3D a ball) of this diameter are dropped, in um; at least those
        below `SMALLEST`.

    Returns
    -------
    ndarray, same shape, uint32
        1..n without gaps, the largest first. The pixels between parts that were joined stay background.
    """
    from scipy import ndimage

    mask = threshold_mask(probability, threshold)
    size = np.asarray(voxel_size[-mask.ndim :], float)
    near = ndimage.distance_transform_edt(~mask, sampling=size) <= GAP / 2 if mask.any() else mask
    parts, _ = ndimage.label(near, np.ones((3,) * mask.ndim))
    parts[~mask] = 0
    voxels = np.bincount(parts.ravel(), minlength=1)
    voxels[0] = 0
    kept = np.flatnonzero(voxels >= max(ball_voxels(max(min_diameter, SMALLEST), size), 1))
    numbers = np.zeros(len(voxels), np.uint32)
    numbers[kept[np.argsort(-voxels[kept], kind="stable")]] = np.arange(1, len(kept) + 1)
    labels: Labels = numbers[parts]
    return labels
