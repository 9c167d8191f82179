"""The input of the network for nucleus centres: image and probability on a coarse grid."""

from __future__ import annotations

import numpy as np
import scipy

from napari_devolearn._types import Array, Floats32, Mask, Probability, VoxelSize
from napari_devolearn.inference.inputs.grid import resample_image
from napari_devolearn.inference.inputs.normalise import ROUNDING

GRID: VoxelSize = (1.0, 0.36, 0.36)
"""um, (Z, Y, X) of a cell of the network's grid."""

_NEAR = (3, 5, 5)  # cells: edges of the box around a cell of the foreground that belongs to its surroundings

_BACKGROUND = 0.05  # quantile of the intensities
_LEVELS = (5, 99)  # percentiles of the intensity near the foreground, mapped to 0 and 1
_LOWEST = -0.2  # of the scaled intensity


def network_input(
    volume: Array, probability: Probability, voxel_size: VoxelSize, scale: float = 1.0
) -> tuple[Floats32, Mask]:
    """Image and probability on the network's grid, (2, Z, Y, X) float32, and the foreground there.

    `scale`: of the cells of the grid; other parameters as for `predict_centres`.
    """
    lengths = zip(probability.shape, voxel_size, GRID, strict=True)
    cells = tuple(max(1, round(n * size / (cell * scale))) for n, size, cell in lengths)
    values = resample(probability, cells)
    foreground = values >= foreground_level(values)
    image = _scale_levels(resample(_without_flat_planes(volume), values.shape), foreground)
    return np.stack([image, values / np.float32(255)]), foreground


def _without_flat_planes(volume: Array) -> Array:
    """Replace planes of one value, such as a white end of a stack, by the background."""
    flat = volume.min((1, 2)) == volume.max((1, 2))
    if not flat.any() or flat.all():
        return volume
    filled = volume.copy()
    filled[flat] = np.quantile(volume[~flat, ::4, ::4].astype(np.float32), _BACKGROUND)
    return filled


def resample(volume: Array, shape: tuple[int, ...]) -> Floats32:
    """Resample linearly with antialiasing, first in the plane."""
    planes = resample_image(volume, (shape[1], shape[2]))
    if len(planes) == shape[0]:
        return planes
    columns = resample_image(planes.transpose(1, 0, 2), (shape[0], shape[2]))
    return np.ascontiguousarray(columns.transpose(1, 0, 2))


def _scale_levels(image: Floats32, foreground: Mask) -> Floats32:
    """Scale intensities by their percentiles near the foreground, so that empty space has no effect."""
    near = image[near_foreground(foreground)]
    low, high = np.percentile(near, _LEVELS) if len(near) else (0, 0)
    if not high - low > ROUNDING * max(abs(low), abs(high)):
        return np.zeros_like(image)
    scaled: Floats32 = ((image - low) / (high - low)).astype(np.float32)
    np.maximum(scaled, np.float32(_LOWEST), out=scaled)
    return scaled


def near_foreground(foreground: Mask) -> Mask:
    """The foreground and its surroundings."""
    return np.asarray(scipy.ndimage.maximum_filter(foreground, _NEAR))


def foreground_level(probability: Array) -> float:
    """Threshold of the foreground; above 0."""
    return max(1.0, min(128.0, float(probability.max(initial=0)) / 2))
