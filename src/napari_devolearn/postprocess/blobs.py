"""Nuclei of a volume apart by a blob filter whose scale follows the nuclei of that very volume."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Labels, Probability, VoxelSize
from napari_devolearn.postprocess.hills import Hills, hills_of
from napari_devolearn.postprocess.parts import ball_voxels, block_mean, connected_parts, depth_in

SIGMA = (0.9, 0.6, 0.6)
"""(Z, Y, X) of the Laplacian of Gaussian, in radii of the nuclei: small enough to see two that touch."""

SAME = 1.6
"""Peaks nearer than this, in radii, are of one nucleus (`_hill_numbers`).

Chosen, as are the others here, on volumes drawn at real embryos' positions with blur along z of 0.6 to
1.5 um, and tested on other embryos (docs/reference/models.md).
"""

Z_STRETCH = 1.8
"""The microscope makes nuclei longer in z than they are wide, and moves their peaks apart as much."""

DIP = 2.0
"""How many radii a dip between two peaks counts, if it reaches down to nothing."""

NECK = 2.0
"""How many radii a neck between two peaks counts, if it is as thin as nothing."""

_QUANTILE = 0.75  # of the depths of nuclei in slices, most of which do not cut them in the middle
_FLAT = 0.1  # a ball of the right size has a peak of about 0.6, the inside of something large one of 0
_STEP = 0.36  # um: the filter has no use for finer voxels; `SIGMA` of the smallest nuclei is 0.8 um
_LEAST_RADIUS = 0.5  # um
_LEAST_SIGMA = 0.5  # voxels


def split_volume(
    mask: npt.NDArray[np.bool_], probability: Probability, voxel_size: VoxelSize, min_diameter: float = 0.0
) -> Labels:
    """Label the nuclei of a volume.

    Seeds are peaks of the Laplacian of Gaussian of the probability (Lindeberg 1998, Int. J. Computer
    Vision 30, 79), and a nucleus is what rises to its seed. Peaks too near to each other for two nuclei
    become one.

    Parameters
    ----------
    mask : ndarray, (Z, Y, X), bool
    probability : ndarray, (Z, Y, X), uint8
        Of a nucleus; what the mask was cut from.
    voxel_size : tuple of float
        (Z, Y, X) in um.
    min_diameter : float
        Connected parts and nuclei smaller than a ball of this diameter are dropped, in um.

    Returns
    -------
    ndarray, same shape, uint32
        1..n without gaps.
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
    number = _hill_numbers(hills, depth, grid.size / radius)
    found = number[hills.hill.reshape(-1)[grid.cell]]
    found = _in_own_part(found, part, grid)
    keep = np.bincount(found) >= max(smallest, 1)
    keep[0] = False
    labels.reshape(-1)[voxels] = (np.cumsum(keep) * keep).astype(np.uint32)[found]
    return labels


def nucleus_radius(depth: npt.NDArray[np.float32]) -> float:
    """Radius of the nuclei of a volume: a quantile of the depths of all parts of all its slices.

    Parameters
    ----------
    depth : ndarray, (Z, Y, X), float32
        From `depth_in_slices`, um.

    Returns
    -------
    float
        um; at least 0.5.
    """
    from scipy import ndimage

    peak = np.sort(depth[(depth > 0) & (depth == ndimage.maximum_filter(depth, (1, 3, 3)))])
    if not len(peak):
        return _LEAST_RADIUS
    weight = np.cumsum(peak)  # specks and rims have many peaks, all of them small
    return max(_LEAST_RADIUS, float(peak[np.searchsorted(weight, _QUANTILE * weight[-1])]))


def depth_in_slices(mask: npt.NDArray[np.bool_], size: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    """Distance of each voxel to the border of the mask in its slice.

    Parameters
    ----------
    mask : ndarray, (Z, Y, X), bool
    size : ndarray, (3,)
        (Z, Y, X) of a voxel in um.

    Returns
    -------
    ndarray, (Z, Y, X), float32
        um; 0 outside.
    """
    padded = np.pad(mask, ((0, 0), (1, 1), (1, 1)))
    far = float(size[1:].max()) * max(padded.shape)  # no other slice is the nearest background
    depth = depth_in(padded, [far, size[1], size[2]])[:, 1:-1, 1:-1]
    depth -= np.float32(size[1:].mean() / 2)  # a border lies between voxels
    return np.maximum(depth, 0, out=depth)


class _Grid(NamedTuple):
    """Coarse cells around a mask, and what lies in each."""

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
        reach = np.ceil(2 / (size * steps)).astype(int)  # 2 um of what is around
        first = [
            max(0, int(axis.min()) // step - more) for axis, step, more in zip(at, steps, reach, strict=True)
        ]
        last = [int(axis.max()) // step + 1 + more for axis, step, more in zip(at, steps, reach, strict=True)]
        box = tuple(
            slice(low * step, min(high * step, length))
            for low, high, step, length in zip(first, last, steps, shape, strict=True)
        )
        cells = [-(-(one.stop - one.start) // step) for one, step in zip(box, steps, strict=True)]
        cell = np.ravel_multi_index(
            [axis // step - low for axis, step, low in zip(at, steps, first, strict=True)], cells
        )
        parts = np.zeros(cells, np.int32)
        parts.reshape(-1)[cell] = part  # two parts seldom meet in one cell: the last one has it
        share = np.bincount(cell, minlength=parts.size).reshape(cells) / np.float32(steps.prod())
        return cls(box, steps, size * steps, cell, parts, share)  # type: ignore[arg-type]


def _blobs(
    probability: npt.NDArray[np.float32], radius: float, size: npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    """The Laplacian of Gaussian, downwards and times sigma squared, so that no scale is preferred."""
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


def _hill_numbers(
    hills: Hills, depth: npt.NDArray[np.float32], size: npt.NDArray[np.float64]
) -> npt.NDArray[np.intp]:
    """Number of the nucleus of each hill, 0 outside; highest passes first, hills of one nucleus become one.

    They are of one nucleus if their peaks lie near each other (`size` is that of a cell in radii); a dip or a
    neck between them makes it less so.
    """
    place = hills.place * size / np.array([Z_STRETCH, 1, 1])
    nucleus = list(range(len(place)))

    def top(hill: int) -> int:
        while nucleus[hill] != hill:
            nucleus[hill] = nucleus[nucleus[hill]]
            hill = nucleus[hill]
        return hill

    for one, other, height in hills.passes:
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
    """How much of the smaller depth is gone on the way from one place to another, 0 to 1."""
    steps = int(np.abs(ends[1] - ends[0]).max()) + 1
    line = np.rint(np.linspace(ends[0], ends[1], steps + 1)).astype(int)
    on_way = depth[tuple(line.T)]
    least = float(min(on_way[0], on_way[-1]))
    return 1 - float(on_way.min()) / least if least > 0 else 0.0


def _in_own_part(
    found: npt.NDArray[np.intp], part: npt.NDArray[np.int32], grid: _Grid
) -> npt.NDArray[np.intp]:
    """Voxels whose cell belongs to another part get the largest nucleus of their own."""
    strange = np.flatnonzero(grid.part.reshape(-1)[grid.cell] != part)
    if not len(strange):
        return found
    own = np.delete(np.arange(len(found)), strange)
    order = own[np.argsort(np.bincount(found)[found[own]], kind="stable")]
    largest = np.zeros(int(part.max()) + 1, found.dtype)
    largest[part[order]] = found[order]
    result = found.copy()
    result[strange] = largest[part[strange]]
    return result
