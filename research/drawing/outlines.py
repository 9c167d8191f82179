"""Derive outlines of the embryo in real recordings without manual outlines."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize

Mask = npt.NDArray[np.bool_]

_BRIGHT = 0.16  # threshold relative to the brightest membranes, after blur by _BLUR
_BLUR = 0.5  # um
_CLEFT = 2.0  # um; gaps between cells up to twice this belong to the embryo
_SMOOTH = 0.8  # um, sigma for smoothing the surface
_RIM = 1.0  # um of cytoplasm around the outermost nuclei, as in Fluo-N3DH-CE
_NOTCH = 3.0  # um, half the width of notches between nuclei that are filled


def fill_membranes(volume: npt.NDArray[np.generic], voxel_size: VoxelSize) -> Mask:
    """Mask of the embryo in a volume of membranes: the largest bright component, clefts and holes filled.

    `volume`: (Z, Y, X), real, with a dark background.
    `voxel_size`: (Z, Y, X) in um.
    """
    from scipy import ndimage

    sigma = [_BLUR / edge for edge in voxel_size]
    light = ndimage.gaussian_filter(volume.astype(np.float32), sigma)
    ground, bright = np.percentile(light, (20, 99.5))
    bright_voxels = light > ground + _BRIGHT * (bright - ground)
    smooth = [_SMOOTH / edge for edge in voxel_size]
    filled = ndimage.gaussian_filter(fill_clefts(bright_voxels, voxel_size).astype(np.float32), smooth)
    return largest_part(filled > 0.5)


def fill_clefts(cells: Mask, voxel_size: VoxelSize) -> Mask:
    """Fill clefts between cells and holes, slice by slice.

    `cells`: (Z, Y, X), bool.
    `voxel_size`: (Z, Y, X) in um.
    """
    from scipy import ndimage

    closed = (_close(plane, _CLEFT, voxel_size[1:]) for plane in cells)
    return np.stack([ndimage.binary_fill_holes(plane) for plane in closed])


def wrap_nuclei(nuclei: Mask, pixel_size: float, *, hull: bool) -> Mask:
    """Mask of the embryo in a projection of its nuclei: the region between them, and a rim of cytoplasm.

    `nuclei`: (Y, X), bool: nuclei in this frame, or in neighbouring frames in which the egg does not move.
    `pixel_size`: um.
    `hull`: use the convex hull, as for an embryo that fills its egg; else fill only notches up to 6 um wide.
    """
    from scipy import ndimage
    from skimage.morphology import convex_hull_image

    size = (pixel_size, pixel_size)
    if not nuclei.any():
        return np.zeros(nuclei.shape, bool)
    body = convex_hull_image(nuclei) if hull else ndimage.binary_fill_holes(_close(nuclei, _NOTCH, size))
    return np.asarray(ndimage.distance_transform_edt(~body, sampling=size) <= _RIM)


def largest_part(mask: Mask) -> Mask:
    """The largest connected component, in any number of dimensions; an empty mask stays empty."""
    from scipy import ndimage

    parts, count = ndimage.label(mask)
    if count < 2:
        return mask
    sizes = np.bincount(parts.ravel())
    sizes[0] = 0
    return np.asarray(parts == sizes.argmax())


def _close(plane: Mask, radius: float, size: tuple[float, float]) -> Mask:
    """Closing with a disc, also beyond the edge of the image."""
    from scipy import ndimage

    pad = [int(np.ceil(2 * radius / edge)) for edge in size]
    wide = np.pad(plane, [(pad[0],) * 2, (pad[1],) * 2])
    if not wide.any():
        return plane
    grown = ndimage.distance_transform_edt(~wide, sampling=size) <= radius
    shrunk = ndimage.distance_transform_edt(grown, sampling=size) > radius
    return np.asarray((shrunk | wide)[pad[0] : -pad[0], pad[1] : -pad[1]])
