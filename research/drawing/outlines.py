"""Outlines of the embryo in real recordings that nobody drew them in."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize

Mask = npt.NDArray[np.bool_]

_SHINES = 0.16  # share of the brightest membranes' light that is more than the ground, blurred by _BLUR
_BLUR = 0.5  # um
_CLEFT = 2.0  # um; gaps between cells up to twice as wide belong to the embryo
_SMOOTH = 0.8  # um; sigma that its surface is smoothed by
_RIM = 1.0  # um of cytoplasm around the outermost nuclei, as between them and the egg in Fluo-N3DH-CE
_NOTCH = 3.0  # um; half the width of the notches between nuclei that are filled


def fill_membranes(volume: npt.NDArray[np.generic], voxel_size: VoxelSize) -> Mask:
    """The embryo in a volume of membranes: what shines, without clefts and holes, in one piece.

    Parameters
    ----------
    volume : ndarray, (Z, Y, X), real
        With a dark ground.
    voxel_size : tuple of float
        (Z, Y, X) in um.

    Returns
    -------
    ndarray, (Z, Y, X), bool
    """
    from scipy import ndimage

    sigma = [_BLUR / edge for edge in voxel_size]
    light = ndimage.gaussian_filter(volume.astype(np.float32), sigma)
    ground, bright = np.percentile(light, (20, 99.5))
    shines = light > ground + _SHINES * (bright - ground)
    smooth = [_SMOOTH / edge for edge in voxel_size]
    filled = ndimage.gaussian_filter(fill_clefts(shines, voxel_size).astype(np.float32), smooth)
    return largest_part(filled > 0.5)


def fill_clefts(cells: Mask, voxel_size: VoxelSize) -> Mask:
    """Cells, the clefts between them and holes, slice by slice.

    Parameters
    ----------
    cells : ndarray, (Z, Y, X), bool
    voxel_size : tuple of float
        (Z, Y, X) in um.

    Returns
    -------
    ndarray, (Z, Y, X), bool
    """
    from scipy import ndimage

    closed = (_close(plane, _CLEFT, voxel_size[1:]) for plane in cells)
    return np.stack([ndimage.binary_fill_holes(plane) for plane in closed])


def wrap_nuclei(nuclei: Mask, pixel_size: float, *, hull: bool) -> Mask:
    """The embryo in a projection of its nuclei: what lies between them, and a rim of cytoplasm.

    Parameters
    ----------
    nuclei : ndarray, (Y, X), bool
        Wherever a nucleus is in this frame, or was in those around it, in which the egg lay still.
    pixel_size : float
        um.
    hull : bool
        Take the convex hull, as for an embryo that fills its egg, else fill only notches up to 6 um wide.

    Returns
    -------
    ndarray, (Y, X), bool
    """
    from scipy import ndimage
    from skimage.morphology import convex_hull_image

    size = (pixel_size, pixel_size)
    if not nuclei.any():
        return np.zeros(nuclei.shape, bool)
    body = convex_hull_image(nuclei) if hull else ndimage.binary_fill_holes(_close(nuclei, _NOTCH, size))
    return np.asarray(ndimage.distance_transform_edt(~body, sampling=size) <= _RIM)


def largest_part(mask: Mask) -> Mask:
    """The largest connected part, of any number of dimensions; an empty mask stays empty."""
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
