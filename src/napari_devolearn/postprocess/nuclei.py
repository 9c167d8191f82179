"""A mask of nuclei to one label each: touching nuclei are split at their necks."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Labels, VoxelSize

SEED_RADIUS = 1.2
"""Two centres of nuclei are no nearer than this, in um: half of the diameter of the smallest
nuclei at 350 cells (2.4 um in Fluo-N3DH-CE's silver truth)."""

_SEED_STEP = 0.3  # um: seeds are looked for on a grid no finer than this


def split_nuclei(mask: npt.NDArray[np.bool_], voxel_size: VoxelSize, min_diameter: float = 0.0) -> Labels:
    """Label the nuclei of a slice or volume.

    Each connected part is split on its own by a watershed of the distance to the background, in
    um, seeded at the distance's peaks (Meyer 1994, Signal Processing 38, 113).

    Parameters
    ----------
    mask : ndarray, (Y, X) or (Z, Y, X), bool
    voxel_size : tuple of float
        (Z, Y, X) in um.
    min_diameter : float
        Parts and nuclei smaller than a ball (in 2D a disc) of this diameter are dropped, in um.

    Returns
    -------
    ndarray, same shape, uint32
        1..n without gaps.
    """
    from scipy import ndimage

    size = np.asarray(voxel_size[-mask.ndim :], float)
    smallest = ball_voxels(min_diameter, size)
    parts, _ = ndimage.label(mask)
    counts = np.bincount(parts.ravel())
    labels: Labels = np.zeros(mask.shape, np.uint32)
    next_label = 1
    for part, box in enumerate(ndimage.find_objects(parts), start=1):
        if counts[part] < smallest:
            continue
        inside = parts[box] == part
        nuclei = _drop_small(_split_part(inside, size), smallest)
        found = int(nuclei.max())
        labels[box][inside] = np.where(nuclei > 0, nuclei + (next_label - 1), 0)[inside]
        next_label += found
    return labels


def ball_voxels(diameter: float, size: npt.NDArray[np.float64]) -> float:
    """Voxels in a ball (3D) or disc (2D) of a diameter in um."""
    volume = np.pi / 6 * diameter**3 if len(size) == 3 else np.pi / 4 * diameter**2
    return float(volume / size.prod())


def _split_part(inside: npt.NDArray[np.bool_], size: npt.NDArray[np.float64]) -> Labels:
    from scipy import ndimage
    from skimage.segmentation import watershed

    # the pad is background, so that a nucleus cut by the box's edge is not deepest there
    padded = np.pad(inside, 1)
    distance = ndimage.distance_transform_edt(padded, sampling=size).astype(np.float32)
    distance = ndimage.gaussian_filter(distance, np.minimum(_SEED_STEP / size, 4.0))
    seeds = _seeds(distance, padded, size)
    if seeds.max() < 2:
        return inside.astype(np.uint32)
    split: Any = watershed(-distance, seeds, mask=padded)
    core = (slice(1, -1),) * inside.ndim
    return split[core].astype(np.uint32)


def _seeds(
    distance: npt.NDArray[np.float32], inside: npt.NDArray[np.bool_], size: npt.NDArray[np.float64]
) -> npt.NDArray[np.int32]:
    """Peaks of the distance that are the highest point within `SEED_RADIUS`."""
    from scipy import ndimage

    step = tuple(max(1, round(_SEED_STEP / edge)) for edge in size)
    coarse = distance[tuple(slice(None, None, s) for s in step)]
    edges = size * step
    reach = [int(SEED_RADIUS / edge) for edge in edges]
    grid = np.meshgrid(*(np.arange(-r, r + 1) * e for r, e in zip(reach, edges, strict=True)), indexing="ij")
    footprint = sum(axis**2 for axis in grid) <= SEED_RADIUS**2
    highest = ndimage.maximum_filter(coarse, footprint=footprint)
    peaks = (coarse == highest) & (coarse > 0)
    numbered, _ = ndimage.label(peaks, np.ones((3,) * peaks.ndim))
    seeds = np.zeros(distance.shape, np.int32)
    seeds[tuple(slice(None, None, s) for s in step)] = numbered
    return np.where(inside, seeds, 0)


def _drop_small(labels: Labels, smallest: float) -> Labels:
    keep = np.bincount(labels.ravel()) >= max(smallest, 1)
    keep[0] = False
    renumber: Labels = (np.cumsum(keep) * keep).astype(np.uint32)
    return renumber[labels]
