"""Simulated volumes of crowded nuclei with many microscopes, to train the model of nucleus centres."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.simulate.nucleus import diameter
from research.drawing.projection import Nuclei

Floats = npt.NDArray[np.float32]

PIXEL = 0.18  # um, pixel size of the nucleus model
_MARGIN = 4.0  # um around the nuclei
_PLATE = 2.0  # min before and after a division in which chromosomes are a plate


@dataclass(frozen=True, kw_only=True, eq=False)
class CrowdedVolume:
    """A simulated embryo and its nuclei.

    Parameters
    ----------
    image : ndarray, (Z, Y, X), uint8
    voxel_size : tuple of float
        (Z, Y, X) in um.
    centre : ndarray, (N, 3), float64
        (Z, Y, X) of each nucleus in um, from the middle of the first voxel.
    radius : ndarray, (N,), float64
        In the plane, in um.
    inside : ndarray, (Z, Y, X), uint8
        255 in nuclei, 0 outside; without the blur of the microscope.
    """

    image: npt.NDArray[np.uint8]
    voxel_size: VoxelSize
    inside: npt.NDArray[np.uint8]
    centre: npt.NDArray[np.float64]
    radius: npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True)
class Microscope:
    """What differs between recordings; lengths in um."""

    blur: VoxelSize
    haze: float  # share of the light that is far out of focus
    depth: float  # at which light falls to 1/e
    cytoplasm: float  # relative to a nucleus
    photons: float  # per voxel in a nucleus; 0 for noise that does not depend on the light
    read_noise: float  # relative to a nucleus
    streak: VoxelSize  # correlation of the noise
    gamma: float
    z_step: float


def draw_microscope(rng: np.random.Generator) -> Microscope:
    """Draw the blur, the background and the noise of one recording."""
    across = rng.uniform(0.12, 0.4)
    few = rng.random() < 0.6
    return Microscope(
        blur=(rng.uniform(0.5, 1.6), across, across),
        haze=rng.uniform(0, 0.5) ** 2,
        depth=float(np.exp(rng.uniform(np.log(15), np.log(100)))),
        cytoplasm=rng.uniform(0, 0.45) ** 2,
        photons=float(np.exp(rng.uniform(np.log(0.7), np.log(20)))) if few else 0.0,
        read_noise=rng.uniform(0, 0.05) if few else rng.uniform(0.03, 0.3),
        streak=(0.0, rng.uniform(0, 0.3) * few, rng.uniform(0, 0.1) * few),
        gamma=float(np.exp(rng.uniform(np.log(0.7), np.log(1.3)))),
        z_step=1.0 if rng.random() < 0.6 else rng.uniform(0.5, 1.3),
    )


def draw_crowded(nuclei: Nuclei, rng: np.random.Generator) -> CrowdedVolume:
    """Draw the nuclei of one frame with a random microscope, orientation and size."""
    microscope = draw_microscope(rng)
    size: VoxelSize = (microscope.z_step, PIXEL, PIXEL)
    place = nuclei.position.astype(float)
    place = place * np.where(rng.random(3) < 0.5, 1, -1) + rng.normal(0, 0.15, place.shape)
    if rng.random() < 0.4:
        roll = rng.uniform(0, 2 * np.pi)  # about the long axis, x
        turn = np.array([[np.cos(roll), -np.sin(roll)], [np.sin(roll), np.cos(roll)]])
        place[:, :2] = place[:, :2] @ turn.T
    wide = diameter(len(nuclei)) * rng.uniform(0.85, 1.12)
    low = place.min(axis=0) - wide / 2 - _MARGIN * rng.uniform(0.3, 1, 3)
    field = place.max(axis=0) + wide / 2 + _MARGIN * rng.uniform(0.3, 1, 3) - low
    place -= low
    shape = tuple(int(np.ceil(length / edge)) for length, edge in zip(field, size, strict=True))
    radius = wide / 2 * np.exp(rng.normal(0, rng.uniform(0, 0.12), len(nuclei)))
    light, inside = _light(nuclei, place, radius, shape, size, rng)
    light *= _texture(shape, size, rng)
    _add_cytoplasm(light, size, field, microscope.cytoplasm)
    image = _camera(_optics(light, size, microscope, rng), size, microscope, rng)
    centre = place - np.array(size) / 2
    return CrowdedVolume(image=image, voxel_size=size, inside=inside, centre=centre, radius=radius)


def _light(
    nuclei: Nuclei,
    place: npt.NDArray[np.float64],
    radius: npt.NDArray[np.float64],
    shape: tuple[int, ...],
    size: VoxelSize,
    rng: np.random.Generator,
) -> tuple[Floats, npt.NDArray[np.uint8]]:
    light, inside = np.zeros(shape, np.float32), np.zeros(shape, np.uint8)
    spread, plates = rng.uniform(0.05, 0.4), rng.random() < 0.6
    stretch = rng.uniform(1.0, 1.35)
    for n in range(len(nuclei)):
        axis, long = rng.normal(0, 1, 3), float(np.exp(abs(rng.normal(0, 0.12))))
        along, across = radius[n] * long, radius[n] / np.sqrt(long)
        bright = float(np.exp(rng.normal(0, spread)))
        if plates and min(nuclei.since_birth[n], nuclei.to_division[n]) < _PLATE:
            axis, along, across = nuclei.axis[n], 0.4 * radius[n], 0.8 * radius[n]
            bright *= rng.uniform(1.0, 1.8)
        axis = axis / np.linalg.norm(axis)
        box, nucleus = _spheroid(shape, place[n], axis, (float(along), float(across)), size, stretch)
        np.maximum(light[box], np.float32(bright) * nucleus, out=light[box])
        np.maximum(inside[box], np.rint(255 * nucleus).astype(np.uint8), out=inside[box])
    return light, inside


def _texture(shape: tuple[int, ...], size: VoxelSize, rng: np.random.Generator) -> Floats:
    """Factor of the light for each voxel: chromatin is granular."""
    from scipy.ndimage import gaussian_filter

    if rng.random() < 0.4:
        return np.ones(shape, np.float32)
    grain = rng.uniform(0.25, 0.8)
    noise = gaussian_filter(
        rng.standard_normal(shape, np.float32), [grain / edge for edge in size], truncate=2
    )
    return np.asarray(np.exp(noise / noise.std() * np.float32(rng.uniform(0.1, 0.45))), np.float32)


def _spheroid(
    shape: tuple[int, ...],
    place: npt.NDArray[np.float64],
    axis: npt.NDArray[np.floating],
    radii: tuple[float, float],
    size: VoxelSize,
    stretch: float,
) -> tuple[tuple[slice, ...], Floats]:
    """Box around a nucleus, and 1 inside of it, 0 outside."""
    reach = max(radii) + PIXEL
    box, offsets = [], []
    for centre, edge, length, longer in zip(place, size, shape, (stretch, 1, 1), strict=True):
        low = max(int((centre - reach * longer) / edge), 0)
        high = min(int((centre + reach * longer) / edge) + 1, length)
        box.append(slice(low, high))
        offsets.append(((np.arange(low, high) + 0.5) * edge - centre) / longer)
    z, y, x = np.ix_(*offsets)
    along = z * axis[0] + y * axis[1] + x * axis[2]
    across2 = z**2 + y**2 + x**2 - along**2
    outside = np.sqrt(along**2 / radii[0] ** 2 + across2 / radii[1] ** 2) - 1
    return tuple(box), np.clip(0.5 - outside * min(radii) / PIXEL, 0, 1).astype(np.float32)


def _add_cytoplasm(light: Floats, size: VoxelSize, field: npt.NDArray[np.float64], level: float) -> None:
    z, y, x = np.ix_(
        *(
            ((np.arange(n) + 0.5 - n / 2) * edge / (wide / 2)) ** 2
            for n, edge, wide in zip(light.shape, size, field, strict=True)
        )
    )
    light[(z + y + x <= 1) & (light < level)] = level


def _optics(light: Floats, size: VoxelSize, microscope: Microscope, rng: np.random.Generator) -> Floats:
    from scipy.ndimage import gaussian_filter, zoom

    def blurred(values: Floats, lengths: VoxelSize) -> Floats:
        sigma = [length / edge for length, edge in zip(lengths, size, strict=True)]
        return np.asarray(gaussian_filter(values, sigma, truncate=3, mode="nearest"), np.float32)

    seen = blurred(light, microscope.blur)
    if microscope.haze > 0.02:
        coarse = light[:, ::4, ::4]
        sigma = (rng.uniform(2, 6) / size[0], *(rng.uniform(1.0, 3.0) / PIXEL / 4,) * 2)
        wide = zoom(
            gaussian_filter(coarse, sigma, truncate=2), (1, 4, 4), order=1, grid_mode=True, mode="nearest"
        )
        wide = wide[:, : light.shape[1], : light.shape[2]]
        seen = seen * (1 - microscope.haze) + 2 * microscope.haze * wide
    depth = np.arange(len(light), dtype=np.float32) * np.float32(size[0])
    depth = depth if rng.random() < 0.6 else depth[::-1]
    return np.asarray(seen * np.exp(-depth / np.float32(microscope.depth))[:, None, None], np.float32)


def _camera(
    light: Floats, size: VoxelSize, microscope: Microscope, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    from scipy.ndimage import gaussian_filter

    grey = light
    if microscope.photons:
        count = rng.poisson((light + 0.02) * microscope.photons)
        grey = (rng.standard_gamma(np.maximum(count, 1e-6)) * (count > 0) / microscope.photons).astype(
            np.float32
        )
    sigma = [length / edge for length, edge in zip(microscope.streak, size, strict=True)]
    if max(sigma) > 0:
        grey = gaussian_filter(grey, sigma, truncate=3, mode="nearest")
    grey = grey + rng.normal(0, microscope.read_noise, grey.shape).astype(np.float32)
    white = float(np.percentile(grey[::2, ::3, ::3], 99.8)) * rng.uniform(0.8, 1.5)
    levels = np.clip(grey / white + rng.uniform(0.02, 0.15), 0, 1) ** microscope.gamma
    return np.asarray(np.rint(levels * 255), np.uint8)
