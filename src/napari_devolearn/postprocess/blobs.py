"""Split touching nuclei of a volume with a Laplacian of Gaussian whose scale fits their size."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Labels, Probability, VoxelSize
from napari_devolearn.postprocess.components import (
    ball_voxels,
    block_mean,
    connected_parts,
    depth_in,
    number_large,
)
from napari_devolearn.postprocess.hills import Hills, hills_of

SIGMA = (0.9, 0.6, 0.6)
"""(Z, Y, X) sigma of the Laplacian of Gaussian, in radii of the nuclei; small enough to separate two that
touch."""

SAME = 1.6
"""Distance, in radii, below which two peaks belong to one nucleus (`_nucleus_numbers`).

This and the other constants here were chosen on volumes simulated from positions in real embryos, with a blur
along z of 0.6 to 1.5 um, and tested on other embryos (docs/reference/models.md).
"""

Z_STRETCH = 1.8
"""Elongation of nuclei along z by the microscope; distances between peaks are stretched as much."""

DIP = 2.0
"""Radii added to the distance of two peaks for a dip between them that reaches down to 0."""

NECK = 2.0
"""Radii added to the distance of two peaks for a neck between them of no thickness."""

_QUANTILE = 0.75  # of depths in slices: most slices do not cut a nucleus in the middle
_FLAT = 0.1  # filter response: about 0.6 in the centre of a ball of the right size, 0 inside large objects
_STEP = 0.36  # um: finer voxels do not help, because `SIGMA` of the smallest nuclei is 0.8 um
_LEAST_RADIUS = 0.5  # um
_LEAST_SIGMA = 0.5  # voxels


def split_volume(
    mask: npt.NDArray[np.bool_], probability: Probability, voxel_size: VoxelSize, min_diameter: float = 0.0
) -> Labels:
    """Label the nuclei of a volume.

    Seeds are peaks of the Laplacian of Gaussian of the probability (Lindeberg 1998, Int. J. Computer Vision
    30, 79); each voxel belongs to the peak that it rises to. Peaks too close for two nuclei are joined.

    `mask`: (Z, Y, X), bool.
    `probability`: (Z, Y, X), uint8, from which the mask was thresholded.
    `voxel_size`: (Z, Y, X) in um.
    `min_diameter`: smaller nuclei and connected components, compared with a ball, are dropped; um.
    Returns labels 1..n without gaps.
    """
    size = np.asarray(voxel_size, float)
    smallest = ball_voxels(min_diameter, size)
    labels: Labels = np.zeros(mask.shape, np.uint32)
    voxels = np.flatnonzero(mask)
    part = connected_parts(mask).reshape(-1)[voxels]
    large = (np.bincount(part, minlength=1) >= smallest)[part]
    voxels, part = voxels[large], part[large]
    if not len(voxels):
        return labels
    grid = _Grid.around(voxels, part, mask.shape, size)
    depth = depth_in_slices(grid.share >= 0.5, grid.size)
    radius = nucleus_radius(depth)
    height = _blobs(block_mean(probability[grid.box], grid.steps) / np.float32(255), radius, grid.size)
    hills = hills_of(height, grid.part)
    number = _nucleus_numbers(hills, depth, grid.size / radius)
    nuclei = _in_own_part(number[hills.hill.reshape(-1)[grid.cell]], part, grid)
    labels.reshape(-1)[voxels] = number_large(nuclei, smallest)[nuclei]
    return labels


def nucleus_radius(depth: npt.NDArray[np.float32]) -> float:
    """Radius of the nuclei of a volume in um, at least 0.5: a quantile of the peak depths in its slices.

    `depth`: (Z, Y, X), float32, um, from `depth_in_slices`.
    """
    from scipy import ndimage

    peak = np.sort(depth[(depth > 0) & (depth == ndimage.maximum_filter(depth, (1, 3, 3)))])
    if not len(peak):
        return _LEAST_RADIUS
    weight = np.cumsum(peak)  # weighted, because specks and rims have many small peaks
    return max(_LEAST_RADIUS, float(peak[np.searchsorted(weight, _QUANTILE * weight[-1])]))


def depth_in_slices(mask: npt.NDArray[np.bool_], size: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Distance of each voxel to the border of the mask within its slice, in um; 0 outside.

    `mask`: (Z, Y, X), bool.
    `size`: (3,), voxel size (Z, Y, X) in um.
    """
    padded = np.pad(mask, ((0, 0), (1, 1), (1, 1)))
    far = float(size[1:].max()) * max(padded.shape)  # so that the nearest background is in the same slice
    depth = depth_in(padded, [far, size[1], size[2]])[:, 1:-1, 1:-1]
    depth -= np.float32(size[1:].mean() / 2)  # the border lies between voxels
    return np.maximum(depth, 0, out=depth)


class _Grid(NamedTuple):
    """Coarse grid around a mask: a cell is a block of voxels."""

    box: tuple[slice, slice, slice]  # of the whole volume
    steps: npt.NDArray[np.int_]  # voxels of a cell
    size: npt.NDArray[np.float64]  # um of a cell
    cell: npt.NDArray[np.intp]  # of each voxel of the mask
    part: npt.NDArray[np.int32]  # of each cell; 0 outside
    share: npt.NDArray[np.float32]  # of each cell that the mask covers

    @classmethod
    def around(
        cls,
        voxels: npt.NDArray[np.intp],
        part: npt.NDArray[np.int32],
        shape: tuple[int, ...],
        size: npt.NDArray[np.float64],
    ) -> _Grid:
        steps = np.maximum(1, (_STEP / size + 1e-6).astype(int))
        at = np.unravel_index(voxels, shape)
        margin = np.ceil(2 / (size * steps)).astype(int)  # 2 um
        first = [
            max(0, int(axis.min()) // step - more) for axis, step, more in zip(at, steps, margin, strict=True)
        ]
        last = [
            int(axis.max()) // step + 1 + more for axis, step, more in zip(at, steps, margin, strict=True)
        ]
        box = tuple(
            slice(low * step, min(high * step, length))
            for low, high, step, length in zip(first, last, steps, shape, strict=True)
        )
        cells = [-(-(one.stop - one.start) // step) for one, step in zip(box, steps, strict=True)]
        cell = np.ravel_multi_index(
            [axis // step - low for axis, step, low in zip(at, steps, first, strict=True)], cells
        )
        parts = np.zeros(cells, np.int32)
        parts.reshape(-1)[cell] = part  # if two parts meet in a cell, which is rare, the last one gets it
        share = np.bincount(cell, minlength=parts.size).reshape(cells) / np.float32(steps.prod())
        return cls(box, steps, size * steps, cell, parts, share)  # type: ignore[arg-type]


def _blobs(
    probability: npt.NDArray[np.float32], radius: float, size: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    """Negative Laplacian of Gaussian times sigma squared (scale-normalised), by separable filters."""
    from scipy.ndimage import gaussian_filter1d

    sigma = np.maximum(np.array(SIGMA) * radius / size, _LEAST_SIGMA)

    def along(axis: int, values: npt.NDArray[np.float32], order: int) -> npt.NDArray[np.float32]:
        result: npt.NDArray[np.float32] = gaussian_filter1d(
            values, sigma[axis], axis, order, mode="nearest", truncate=3
        )
        if order:
            result *= np.float32(-(sigma[axis] ** 2))
        return result

    smooth, bent = along(0, probability, 0), along(0, probability, 2)
    bent = along(1, bent, 0) + along(1, smooth, 2)
    smooth = along(1, smooth, 0)
    return along(2, bent, 0) + along(2, smooth, 2)


def _nucleus_numbers(
    hills: Hills, depth: npt.NDArray[np.float32], size: npt.NDArray[np.float64]
) -> npt.NDArray[np.intp]:
    """Number of the nucleus of each hill; 0 outside.

    Hills are joined, highest saddles first, if their peaks are close; a dip or neck between them counts as
    extra distance. `size` is the cell size in radii.
    """
    place = hills.place * size / np.array([Z_STRETCH, 1, 1])
    nucleus = list(range(len(place)))

    def top(hill: int) -> int:
        while nucleus[hill] != hill:
            nucleus[hill] = nucleus[nucleus[hill]]
            hill = nucleus[hill]
        return hill

    for one, other, height in hills.saddles:
        lower, higher = sorted((top(one), top(other)), key=lambda hill: hills.peak[hill])
        if lower == higher:
            continue
        peak = hills.peak[lower]
        apart = float(np.linalg.norm(place[lower] - place[higher])) + DIP * (1 - height / max(peak, _FLAT))
        near = apart < SAME and apart + NECK * _neck(hills.place[[lower, higher]], depth) < SAME
        if near or peak < _FLAT:
            nucleus[lower] = higher
    _, number = np.unique([top(hill) for hill in nucleus], return_inverse=True)
    return np.asarray(number, np.intp)


def _neck(ends: npt.NDArray[np.float64], depth: npt.NDArray[np.float32]) -> float:
    """Relative decrease of the depth on the way between two positions, 0 to 1."""
    steps = int(np.abs(ends[1] - ends[0]).max()) + 1
    line = np.rint(np.linspace(ends[0], ends[1], steps + 1)).astype(int)
    on_way = depth[tuple(line.T)]
    least = float(min(on_way[0], on_way[-1]))
    return 1 - float(on_way.min()) / least if least > 0 else 0.0


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
