"""Split touching nuclei of a slice at their necks."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy
import skimage

from napari_devolearn._types import Floats, Floats32, Labels, Mask, VoxelSize
from napari_devolearn.postprocess.components import ball_voxels, number_large

NECK = 0.97
"""Two peaks are separate nuclei if the neck between them is thinner than this fraction of the smaller one.

A fraction is valid for all sizes, while nuclei shrink from 8 to 3 um. Chosen on Fluo-N3DH-CE.
"""

_SEED_STEP = 0.3  # um, finest grid for seeds

_SPLIT_STEP = 0.2
"""um. Components are split on a grid of about this step, or the image's if coarser: the network sees no finer
detail, and four times the voxels take four times as long."""


def split_nuclei(mask: Mask, voxel_size: VoxelSize, min_diameter: float = 0.0) -> Labels:
    """Label the nuclei of a slice; `split_volume` labels those of a volume.

    Each connected component is split by a watershed of the distance to the background, in um, seeded at the
    peaks of the distance (`NECK`; Meyer 1994, Signal Processing 38, 113).

    `mask`: (Y, X), bool.
    `voxel_size`: (Z, Y, X) in um; only Y and X are used.
    `min_diameter`: smaller nuclei and components, compared with a disc, are dropped; um.
    Returns labels 1..n without gaps.
    """
    size = np.asarray(voxel_size[1:], float)
    smallest = ball_voxels(min_diameter, size)
    parts, _ = scipy.ndimage.label(mask)
    labels: Labels = np.zeros(mask.shape, np.uint32)
    found = 0
    for part, box in enumerate(scipy.ndimage.find_objects(parts), start=1):
        inside = parts[box] == part
        if np.count_nonzero(inside) < smallest:
            continue
        nuclei = _split_part(inside, size)
        numbers = number_large(nuclei, smallest, found)
        np.copyto(labels[box], numbers[nuclei], where=inside)
        found = max(found, int(numbers.max()))
    return labels


def _split_part(inside: Mask, size: Floats) -> Labels:
    """Nuclei of one component, split on a grid of `_SPLIT_STEP` and scaled back to its own grid."""
    steps = np.maximum(1, (_SPLIT_STEP / size + 1e-6).astype(int))
    if steps.max() == 1:
        return _split_on_grid(inside, inside, size)
    share = skimage.measure.block_reduce(inside, tuple(steps), np.mean)
    split = _split_on_grid(share >= 0.5, share > 0, size * steps)
    for axis, step in enumerate(steps):
        split = split.repeat(step, axis)
    whole: Labels = split[tuple(slice(length) for length in inside.shape)]
    return np.where(inside, whole, np.uint32(0))


def _split_on_grid(inside: Mask, touched: Mask, size: Floats) -> Labels:
    """Nuclei of `inside`, extended over `touched`."""
    # padded with background, so that a nucleus cut by the edge of the box is not deepest there
    padded = np.pad(inside, 1)
    depth = scipy.ndimage.distance_transform_edt(padded, size).astype(np.float32)
    distance = scipy.ndimage.gaussian_filter(depth, np.minimum(_SEED_STEP / size, 4.0))
    seeds = _seeds(distance, padded, size)
    if seeds.max() < 2:
        return touched.astype(np.uint32)
    split = skimage.segmentation.watershed(-distance, seeds, mask=np.pad(touched, 1))[1:-1, 1:-1]
    return np.asarray(split, np.uint32)


def _seeds(distance: Floats32, inside: Mask, size: Floats) -> npt.NDArray[np.int32]:
    """Peaks of the distance that exceed the necks around them by `NECK`.

    They are the h-maxima (Soille 2003, Morphological Image Analysis, 6.3) of its logarithm, in which a
    fraction becomes a difference.
    """
    coarse = tuple(slice(None, None, max(1, round(_SEED_STEP / edge))) for edge in size)
    height = np.log(np.maximum(distance[coarse], 1e-3)).astype(np.float64)
    peaks = skimage.morphology.h_maxima(height, -np.log(NECK)).astype(bool) & inside[coarse]
    seeds = np.zeros(distance.shape, np.int32)
    seeds[coarse], _ = scipy.ndimage.label(peaks, np.ones((3, 3)))
    return seeds
