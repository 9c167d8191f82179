"""Split the interior of cells, as predicted by a network, where cells touch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import scipy
import skimage

from napari_devolearn._types import Floats, Floats32, Labels, Mask, Probability, VoxelSize
from napari_devolearn.postprocess.components import ball_voxels, bounding_box, number_large
from napari_devolearn.postprocess.threshold import threshold_mask

DEPTH_SCALE = 3.0
"""um. The output ``distance`` is 1 - exp(-depth / DEPTH_SCALE), where depth is the distance to the middle of
the nearest membrane. It resolves small cells and does not saturate in large ones."""

NECK = 0.8
"""Two depth peaks are separate cells if the depth between them is below this fraction of the smaller peak."""

_SEED_STEP = 0.5  # um, finest grid for seeds
_SMOOTH = 0.3  # um, sigma
_MEMBRANE = 0.05  # um, depth of a membrane
_SPECK = 1.5  # um, diameter of a disc
_SMALLEST = 3.3  # um: between polar bodies and the cells of 180-cell embryos; slices may cut cells smaller


def split_cells(
    interior: Probability,
    threshold: float,
    voxel_size: VoxelSize | tuple[float, float],
    min_diameter: float = 2.0,
    distance: Probability | None = None,
) -> Labels:
    """Label the cells of a slice or volume; holes in cells are filled.

    Within the interior, a watershed of the depth (Meyer 1994, Signal Processing 38, 113) is seeded at its
    peaks.

    `interior`: (Y, X) or (Z, Y, X), uint8: probability of the inside of a cell.
    `threshold`: above 0 and up to 1.
    `voxel_size`: (Z, Y, X) in um; for a slice, only Y and X are used.
    `min_diameter`: smaller cells, compared with a ball (in 2D a disc), are dropped; um. In volumes at least
    3.3 um, which removes polar bodies and specks.
    `distance`: output ``distance`` of the network; by default the distance to the edge of the interior.
    Returns labels 1..n without gaps; 0 is membrane and outside.
    """
    size = np.asarray(voxel_size[-interior.ndim :], float)
    mask = threshold_mask(interior, threshold)
    labels: Labels = np.zeros(mask.shape, np.uint32)
    box = bounding_box(mask, [0] * mask.ndim)
    if box is None:
        return labels
    if distance is None:
        padded = scipy.ndimage.distance_transform_edt(np.pad(mask[box], 1), size)
        depth = padded[(slice(1, -1),) * mask.ndim].astype(np.float32)
    else:
        depth = _depth_of(distance[box])
    cells = _flood(mask[box], depth, size)
    if cells.ndim == 3:
        _drop_specks(cells, ball_voxels(_SPECK, size[1:]))
        min_diameter = max(min_diameter, _SMALLEST)
    labels[box] = _fill_holes(number_large(cells, ball_voxels(min_diameter, size))[cells])
    return labels


def _depth_of(distance: Probability) -> Floats32:
    share = np.minimum(np.arange(256), 254) / 255
    return np.asarray((-DEPTH_SCALE * np.log1p(-share)).astype(np.float32)[distance])


def _flood(mask: Mask, depth: Floats32, size: Floats) -> npt.NDArray[np.int32]:
    depth = scipy.ndimage.gaussian_filter(depth, np.minimum(_SMOOTH / size, 3.0), truncate=2)
    coarse = tuple(slice(None, None, max(1, round(_SEED_STEP / edge))) for edge in size)
    seeds = np.zeros(mask.shape, np.int32)
    seeds[coarse] = _peaks(np.where(mask[coarse], depth[coarse], 0))
    return np.asarray(skimage.segmentation.watershed(-depth, seeds, mask=mask), np.int32)


def _peaks(depth: Floats32) -> npt.NDArray[np.int32]:
    """Label the h-maxima of the logarithm of the depth (Soille 2003, Morphological Image Analysis, 6.3).

    In the logarithm, the fraction `NECK` becomes a difference.
    """
    # padded with background, so that a single cell has a peak too
    height = np.log(np.maximum(np.pad(depth, 1), _MEMBRANE)).astype(np.float64)
    tops = skimage.morphology.h_maxima(height, -np.log(NECK))[(slice(1, -1),) * depth.ndim] > 0
    peaks, _ = scipy.ndimage.label(tops & (depth > 0), np.ones((3,) * depth.ndim))
    return np.asarray(peaks, np.int32)


def _drop_specks(cells: npt.NDArray[np.int32], smallest: float) -> None:
    """Remove tiny components of a cell within each plane."""
    for plane in cells:
        parts = skimage.measure.label(plane, background=0, connectivity=1)
        tiny = np.bincount(parts.ravel()) < smallest
        tiny[0] = False
        plane[tiny[parts]] = 0


def _fill_holes(labels: Labels) -> Labels:
    """Fill holes within one cell, slice by slice."""
    volume = labels if labels.ndim == 3 else labels[None]
    for plane in volume:
        holes, _ = scipy.ndimage.label(plane == 0)
        rim = {*holes[0], *holes[-1], *holes[:, 0], *holes[:, -1]}
        for hole, box in enumerate(scipy.ndimage.find_objects(holes), start=1):
            if hole in rim:
                continue
            grown = tuple(slice(max(0, cut.start - 1), cut.stop + 1) for cut in box)
            inside = holes[grown] == hole
            around = np.unique(plane[grown][scipy.ndimage.binary_dilation(inside) & ~inside])
            if len(around) == 1:
                plane[grown][inside] = around[0]
    return labels
