"""Estimate the size of the nuclei of a volume from its mask."""

from __future__ import annotations

import numpy as np
import scipy

from napari_devolearn._types import Floats, Floats32, Mask

_QUANTILE = 0.75  # of depths in slices: most slices do not cut a nucleus in the middle
_LEAST = 0.5  # um


def nucleus_radius(mask: Mask, size: Floats) -> float:
    """Radius of the nuclei of a volume in um, at least 0.5: a quantile of the peak depths in its slices.

    `mask`: (Z, Y, X), bool.
    `size`: (3,), voxel size (Z, Y, X) in um.
    """
    depth = _depth_in_slices(mask, size)
    peak = np.sort(depth[(depth > 0) & (depth == scipy.ndimage.maximum_filter(depth, (1, 3, 3)))])
    if not len(peak):
        return _LEAST
    weight = np.cumsum(peak)  # weighted, because specks and rims have many small peaks
    return max(_LEAST, float(peak[np.searchsorted(weight, _QUANTILE * weight[-1])]))


def _depth_in_slices(mask: Mask, size: Floats) -> Floats32:
    """Distance of each voxel to the border of the mask within its slice, in um; 0 outside."""
    padded = np.pad(mask, ((0, 0), (1, 1), (1, 1)))
    far = float(size[1:].max()) * max(padded.shape)  # so that the nearest background is in the same slice
    depth = scipy.ndimage.distance_transform_edt(padded, [far, size[1], size[2]])[:, 1:-1, 1:-1]
    border = np.float32(size[1:].mean() / 2)  # the border lies between voxels
    return np.asarray(np.maximum(depth.astype(np.float32) - border, 0))
