"""Cells between membranes: the interior that a network saw, split where cells touch."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Labels, Probability, VoxelSize
from napari_devolearn.postprocess.parts import ball_voxels, depth_in
from napari_devolearn.postprocess.threshold import threshold_mask

DEPTH_SCALE = 3.0
"""um. The output ``distance`` is 1 - exp(-depth / DEPTH_SCALE), so that it tells small cells apart and
does not saturate in large ones; depth is the distance to the middle of the nearest membrane."""

NECK = 0.8
"""Two depths are two cells if it is shallower than this share of the smaller one between them."""

_SEED_STEP = 0.5  # um: seeds are looked for on a grid no finer than this
_SMOOTH = 0.3  # um
_MEMBRANE = 0.05  # um, the depth of a membrane itself
_SPECK = 1.5  # um, diameter of a disc
_SMALLEST = 3.3  # um: polar bodies are no larger, cells of 180 no smaller; in a slice, caps of cells are


def split_cells(
    interior: Probability,
    threshold: float,
    voxel_size: VoxelSize | tuple[float, float],
    min_diameter: float = 2.0,
    distance: Probability | None = None,
    neck: float = NECK,
) -> Labels:
    """Label the cells of a slice or volume.

    A watershed of the depth (Meyer 1994, Signal Processing 38, 113), seeded at its peaks, within the
    interior. Holes in cells are filled.

    Parameters
    ----------
    interior : ndarray, (Y, X) or (Z, Y, X), uint8
        Probability of the inside of a cell, 0..255 for 0..1.
    threshold : float
        Above 0 and up to 1.
    voxel_size : tuple of float
        (Z, Y, X) in um; of a slice the last two count.
    min_diameter : float
        Cells smaller than a ball (in 2D a disc) of this diameter are dropped, in um; in a volume at
        least those of less than 3.3 um, which are polar bodies and specks.
    distance : ndarray, same shape, uint8, optional
        The network's ``distance``; by default the distance to the rim of the interior takes its place.
    neck : float
        See `NECK`.

    Returns
    -------
    ndarray, same shape, uint32
        1..n without gaps; 0 is membrane and outside.
    """
    size = np.asarray(voxel_size[-interior.ndim :], float)
    mask = threshold_mask(interior, threshold)
    labels: Labels = np.zeros(mask.shape, np.uint32)
    box = _bounds(mask)
    if box is None:
        return labels
    depth = _rim_distance(mask[box], size) if distance is None else _depth_of(distance[box])
    cells = _flood(mask[box], depth, size, neck)
    if cells.ndim == 3:
        _drop_specks(cells, ball_voxels(_SPECK, size[1:]))
        min_diameter = max(min_diameter, _SMALLEST)
    labels[box] = _fill_holes(_drop_small(cells, ball_voxels(min_diameter, size)))
    return labels


def _bounds(mask: npt.NDArray[np.bool_]) -> tuple[slice, ...] | None:
    """The box that holds all of the mask."""
    axes = range(mask.ndim)
    used = [np.flatnonzero(mask.any(tuple(k for k in axes if k != axis))) for axis in axes]
    return tuple(slice(one[0], one[-1] + 1) for one in used) if len(used[0]) else None


def _depth_of(distance: Probability) -> npt.NDArray[np.float32]:
    share = np.minimum(np.arange(256), 254) / 255
    depth: npt.NDArray[np.float32] = (-DEPTH_SCALE * np.log1p(-share)).astype(np.float32)[distance]
    return depth


def _rim_distance(mask: npt.NDArray[np.bool_], size: npt.NDArray[np.float64]) -> npt.NDArray[np.float32]:
    return depth_in(np.pad(mask, 1), size)[(slice(1, -1),) * mask.ndim]


def _flood(
    mask: npt.NDArray[np.bool_], depth: npt.NDArray[np.float32], size: npt.NDArray[np.float64], neck: float
) -> npt.NDArray[np.int32]:
    from scipy import ndimage
    from skimage.segmentation import watershed

    depth = ndimage.gaussian_filter(depth, np.minimum(_SMOOTH / size, 3.0), truncate=2)
    coarse = tuple(slice(None, None, max(1, round(_SEED_STEP / edge))) for edge in size)
    seeds = np.zeros(mask.shape, np.int32)
    seeds[coarse] = _peaks(np.where(mask[coarse], depth[coarse], 0), neck)
    return np.asarray(watershed(-depth, seeds, mask=mask), np.int32)


def _peaks(depth: npt.NDArray[np.float32], neck: float) -> npt.NDArray[np.int32]:
    """Number the peaks that stand out above the necks around them: h-maxima of the depth's logarithm.

    Soille 2003, Morphological Image Analysis, 6.3; in the logarithm a share becomes a difference.
    """
    from scipy import ndimage
    from skimage.morphology import h_maxima

    # walls around: a cell that is alone in view has its peak all the same
    height = np.log(np.maximum(np.pad(depth, 1), _MEMBRANE)).astype(np.float64)
    tops = h_maxima(height, -np.log(neck)).astype(bool)[(slice(1, -1),) * depth.ndim] & (depth > 0)
    peaks, _ = ndimage.label(tops, np.ones((3,) * depth.ndim))
    return np.asarray(peaks, np.int32)


def _drop_specks(cells: npt.NDArray[np.int32], smallest: float) -> None:
    """Take from each plane what is cut off from the rest of its cell there, and tiny."""
    from skimage.measure import label

    for plane in cells:
        parts = label(plane, background=0, connectivity=1)
        tiny = np.bincount(parts.ravel()) < smallest
        tiny[0] = False
        plane[tiny[parts]] = 0


def _drop_small(cells: npt.NDArray[np.int32], smallest: float) -> Labels:
    keep = np.bincount(cells.ravel()) >= max(smallest, 1)
    keep[0] = False
    renumber: Labels = (np.cumsum(keep) * keep).astype(np.uint32)
    return renumber[cells]


def _fill_holes(labels: Labels) -> Labels:
    """Fill holes that lie in one cell, slice by slice."""
    from scipy import ndimage

    volume = labels if labels.ndim == 3 else labels[None]
    for plane in volume:
        holes, _ = ndimage.label(plane == 0)
        rim = {*holes[0], *holes[-1], *holes[:, 0], *holes[:, -1]}
        for hole, box in enumerate(ndimage.find_objects(holes), start=1):
            if hole in rim:
                continue
            grown = tuple(slice(max(0, cut.start - 1), cut.stop + 1) for cut in box)
            inside = holes[grown] == hole
            around = np.unique(plane[grown][ndimage.binary_dilation(inside) & ~inside])
            if len(around) == 1:
                plane[grown][inside] = around[0]
    return labels
