"""One frame's probability to labels: nuclei apart, or the foreground as one."""

from __future__ import annotations

import numpy as np

from napari_devolearn._types import Labels, Probability, VoxelSize
from napari_devolearn.postprocess.nuclei import ball_voxels, split_nuclei
from napari_devolearn.postprocess.threshold import threshold_mask


def label_nuclei(
    probability: Probability, threshold: float, voxel_size: VoxelSize, min_diameter: float
) -> Labels:
    """One label a nucleus; touching nuclei are split.

    Parameters
    ----------
    probability : ndarray, (Y, X) or (Z, Y, X), uint8
        A volume of one slice is treated as 2D.
    threshold : float
    voxel_size : tuple of float
        (Z, Y, X) in um.
    min_diameter : float
        um.

    Returns
    -------
    ndarray, same shape, uint32
    """
    flat = probability[0] if probability.shape[0] == 1 and probability.ndim == 3 else probability
    labels = split_nuclei(threshold_mask(flat, threshold), voxel_size, min_diameter)
    return labels.reshape(probability.shape)


def label_mask(
    probability: Probability, threshold: float, voxel_size: VoxelSize, min_diameter: float
) -> Labels:
    """1 in the foreground, connected parts below the smallest size dropped.

    Parameters
    ----------
    probability : ndarray, (Y, X) or (Z, Y, X), uint8
    threshold : float
    voxel_size : tuple of float
        (Z, Y, X) in um.
    min_diameter : float
        um.

    Returns
    -------
    ndarray, same shape, uint32
    """
    from scipy import ndimage

    flat = probability[0] if probability.shape[0] == 1 and probability.ndim == 3 else probability
    parts, _ = ndimage.label(threshold_mask(flat, threshold))
    keep = np.bincount(parts.ravel()) >= ball_voxels(min_diameter, np.asarray(voxel_size[-flat.ndim :]))
    keep[0] = False
    labels: Labels = keep[parts].astype(np.uint32).reshape(probability.shape)
    return labels
