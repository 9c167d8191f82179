"""Render nuclei as in a confocal microscope: labels, blur, depth, photon noise."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt
import scipy

from napari_devolearn._types import Floats32, Mask, VoxelSize
from napari_devolearn.simulate.nucleus import Z_STRETCH, Nucleus

OFFSET = 23.0
"""Grey value without light: the median of the background in Fluo-N3DH-CE."""

GREY_PER_PHOTON = 42.0
NUCLEUS_RATE = 1.5
CYTOPLASM_RATE = 0.1
DARK_RATE = 0.033
"""Photons per voxel in a nucleus, in the cytoplasm and in the dark, and the mean grey value per photon.
Chosen so that, as in slices of Fluo-N3DH-CE, a nucleus is about 60 grey values above the offset with an
equally large spread, and 0.8 % of the pixels far from the embryo exceed 60."""

_STREAK = 0.2  # spread of one photon along y, in um: neighbours are correlated along y, not along x

BLUR = (0.9, 0.25, 0.25)
"""Standard deviation of the point spread along z, y and x, in um."""

DEPTH = 35.0
"""Depth in um at which light from a nucleus falls to 1/e, measured at z = 7 and z = 18 um in t023."""


def render_frame(
    nuclei: Iterable[Nucleus],
    *,
    shape: tuple[int, int, int],
    voxel_size: VoxelSize,
    rng: np.random.Generator,
    eggshell: VoxelSize | None = None,
    noise: float = 1.0,
    blur: VoxelSize = BLUR,
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint16]]:
    """Render one volume: image (Z, Y, X) uint8, and ground truth labels (Z, Y, X) uint16.

    `shape`: (Z, Y, X) in voxels.
    `voxel_size`: (Z, Y, X) in um.
    `rng`: for the photon noise.
    `eggshell`: diameters (Z, Y, X) in um of the ellipsoid of faint cytoplasm in the middle of the field.
    `noise`: variance of the photon noise relative to a real recording; 0 for none.
    `blur`: standard deviation of the point spread function along (Z, Y, X), in um.
    """
    light = np.zeros(shape, np.float32)
    if eggshell is not None:
        light[_egg(shape, voxel_size, eggshell)] = CYTOPLASM_RATE
    labels = np.zeros(shape, np.uint16)
    for nucleus in nuclei:
        window, inside = _voxels(nucleus, shape, voxel_size)
        labels[window][inside] = nucleus.label
        light[window][inside] = NUCLEUS_RATE * nucleus.brightness
    return _detect(_optics(light, voxel_size, blur), voxel_size, noise, rng), labels


def _egg(shape: tuple[int, int, int], voxel_size: VoxelSize, eggshell: VoxelSize) -> Mask:
    z, y, x = np.ix_(
        *(
            ((np.arange(n) + 0.5 - n / 2) * edge / (wide / 2)) ** 2
            for n, edge, wide in zip(shape, voxel_size, eggshell, strict=True)
        )
    )
    return np.asarray(z + y + x <= 1)


def _voxels(
    nucleus: Nucleus, shape: tuple[int, int, int], voxel_size: VoxelSize
) -> tuple[tuple[slice, ...], Mask]:
    """Bounding box of a nucleus and its voxels; at least one."""
    reach = max(nucleus.along, nucleus.across)
    window, offsets = [], []
    for n, edge, c, stretch in zip(shape, voxel_size, nucleus.center, (Z_STRETCH, 1, 1), strict=True):
        at = min(max(int(c / edge), 0), n - 1)
        low = min(max(int((c - reach * stretch) / edge), 0), at)
        high = max(min(int((c + reach * stretch) / edge) + 1, n), at + 1)
        window.append(slice(low, high))
        offsets.append(((np.arange(low, high) + 0.5) * edge - c) / stretch)
    z, y, x = np.ix_(*offsets)
    az, ay, ax = nucleus.axis
    along2 = (z * az + y * ay + x * ax) ** 2
    across2 = z**2 + y**2 + x**2 - along2
    level = along2 / nucleus.along**2 + across2 / nucleus.across**2
    return tuple(window), np.asarray(level <= max(1.0, float(level.min())))


def _optics(light: Floats32, voxel_size: VoxelSize, blur: VoxelSize) -> Floats32:
    """Blur and attenuation with depth."""
    sigma = [b / edge for b, edge in zip(blur, voxel_size, strict=True)]
    blurred: Floats32 = scipy.ndimage.gaussian_filter(light, sigma, truncate=3, mode="nearest")
    depth = np.arange(light.shape[0], dtype=np.float32) * np.float32(voxel_size[0])
    blurred *= np.exp(-depth / DEPTH)[:, None, None]
    return blurred


def _detect(
    light: Floats32, voxel_size: VoxelSize, noise: float, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """Count photons plane by plane; each adds a grey value with an exponential tail, smeared along y."""
    image = np.empty(light.shape, np.uint8)
    for z, plane in enumerate(light + np.float32(DARK_RATE)):
        grey = plane
        if noise > 0:
            photons = rng.poisson(plane / noise)
            grey = np.zeros(plane.shape, np.float32)
            lit = photons > 0
            grey[lit] = rng.standard_gamma(photons[lit]) * noise
        smeared = scipy.ndimage.gaussian_filter1d(grey, _STREAK / voxel_size[1], axis=0, mode="nearest")
        image[z] = np.clip(OFFSET + GREY_PER_PHOTON * smeared, 0, 255)
    return image
