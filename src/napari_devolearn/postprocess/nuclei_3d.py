"""Split touching nuclei of a volume at the centres that a network predicts."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy
import skimage

from napari_devolearn._types import Floats, Labels, Mask, Probability, VoxelSize
from napari_devolearn.postprocess.components import ball_voxels, number_large
from napari_devolearn.postprocess.hills import Hills, hills_of

SADDLE = 0.9
"""Height of the saddle between two peaks, relative to the lower one, above which they are one nucleus.

This and the other constants here were chosen on simulated volumes that were not used in training
(docs/reference/models.md).
"""

_LARGE_SADDLE = 0.99  # the same, where the two together are larger than most nuclei

LARGE = (1.2, 1.6)
"""Sizes, relative to the median nucleus of the volume, between which `SADDLE` becomes `_LARGE_SADDLE`."""

_LOWEST = 0.2  # height of a peak, 0 to 1, below which it is no nucleus of its own
_STEP = 0.36  # um: the grid of the network


def split_volume(
    mask: Mask, centres: Probability, voxel_size: VoxelSize, min_diameter: float = 0.0
) -> Labels:
    """Label the nuclei of a volume.

    Each voxel belongs to the peak of `centres` that it rises to, within its connected component.

    `mask`: (Z, Y, X), bool.
    `centres`: (Z, Y, X), uint8, from ``inference.centres.predict_centres``.
    `voxel_size`: (Z, Y, X) in um.
    `min_diameter`: smaller nuclei and connected components, compared with a ball, are dropped; um.
    Returns labels 1..n without gaps.
    """
    size = np.asarray(voxel_size, float)
    smallest = ball_voxels(min_diameter, size)
    labels: Labels = np.zeros(mask.shape, np.uint32)
    voxels = np.flatnonzero(mask)
    part = scipy.ndimage.label(mask)[0].reshape(-1)[voxels]
    large = (np.bincount(part, minlength=1) >= smallest)[part]
    voxels, part = voxels[large], part[large]
    if not len(voxels):
        return labels
    grid = _Grid.around(voxels, part, mask.shape, size)
    height = skimage.measure.block_reduce(centres[grid.box], tuple(grid.steps), np.mean).astype(np.float32)
    hills = hills_of(height / np.float32(255), grid.part)
    nuclei = _in_own_part(_nucleus_numbers(hills)[hills.hill.reshape(-1)[grid.cell]], part, grid)
    labels.reshape(-1)[voxels] = number_large(nuclei, smallest)[nuclei]
    return labels


class _Grid(NamedTuple):
    """Coarse grid around a mask: a cell is a block of voxels."""

    box: tuple[slice, slice, slice]  # of the whole volume
    steps: npt.NDArray[np.int_]  # voxels of a cell
    cell: npt.NDArray[np.intp]  # of each voxel of the mask
    part: npt.NDArray[np.int32]  # of each cell; 0 outside

    @classmethod
    def around(
        cls, voxels: npt.NDArray[np.intp], part: npt.NDArray[np.int32], shape: tuple[int, ...], size: Floats
    ) -> _Grid:
        steps = np.maximum(1, (_STEP / size + 1e-6).astype(int))
        at = [axis // step for axis, step in zip(np.unravel_index(voxels, shape), steps, strict=True)]
        first = [int(axis.min()) for axis in at]
        cells = [int(axis.max()) + 1 - low for axis, low in zip(at, first, strict=True)]
        z, y, x = (
            slice(low * step, min((low + n) * step, length))
            for low, n, step, length in zip(first, cells, steps.tolist(), shape, strict=True)
        )
        cell = np.ravel_multi_index([axis - low for axis, low in zip(at, first, strict=True)], cells)
        parts = np.zeros(cells, np.int32)
        parts.reshape(-1)[cell] = part  # if two parts meet in a cell, which is rare, the last one gets it
        return cls((z, y, x), steps, cell, parts)


def _nucleus_numbers(hills: Hills) -> npt.NDArray[np.intp]:
    """Number of the nucleus of each hill; 0 outside."""
    cells = np.bincount(hills.hill.ravel(), minlength=len(hills.peak))
    sizes = np.bincount(_join(hills, cells, np.inf), cells)
    return _join(hills, cells, float(np.median(sizes[1:])) if len(sizes) > 1 else np.inf)


def _join(hills: Hills, cells: npt.NDArray[np.int_], usual: float) -> npt.NDArray[np.intp]:
    """Join hills, highest saddles first; two that are larger than `usual` together, only if clearly one."""
    nucleus, size = list(range(len(cells))), cells.tolist()

    def top(hill: int) -> int:
        while nucleus[hill] != hill:
            nucleus[hill] = nucleus[nucleus[hill]]
            hill = nucleus[hill]
        return hill

    for one, other, height in hills.saddles:
        lower, higher = sorted((top(one), top(other)), key=lambda hill: hills.peak[hill])
        if lower == higher:
            continue
        together = size[lower] + size[higher]
        saddle = float(np.interp(together / usual, LARGE, (SADDLE, _LARGE_SADDLE)))
        if height > saddle * hills.peak[lower] or hills.peak[lower] < _LOWEST:
            nucleus[lower], size[higher] = higher, together
    _, number = np.unique([top(hill) for hill in nucleus], return_inverse=True)
    return np.asarray(number, np.intp)


def _in_own_part(
    found: npt.NDArray[np.intp], part: npt.NDArray[np.int32], grid: _Grid
) -> npt.NDArray[np.intp]:
    """Assign voxels in cells of another part to the largest nucleus of their own part."""
    foreign = np.flatnonzero(grid.part.reshape(-1)[grid.cell] != part)
    if not len(foreign):
        return found
    own = np.delete(np.arange(len(found)), foreign)
    order = own[np.argsort(np.bincount(found)[found[own]], kind="stable")]
    largest = np.zeros(int(part.max()) + 1, found.dtype)
    largest[part[order]] = found[order]
    result = found.copy()
    result[foreign] = largest[part[foreign]]
    return result
