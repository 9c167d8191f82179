"""Crops of simulated volumes on the grid of the centre network, with the peaks that it learns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Probability
from napari_devolearn.inference.inputs.centre_grid import GRID, network_input, resample
from research.drawing.crowded_volumes import CrowdedVolume

Floats = npt.NDArray[np.float32]

CROP = (24, 96, 96)
"""(Z, Y, X) in cells."""

PEAK = (0.588, 0.42, 0.42)
"""(Z, Y, X) standard deviation of a peak, in radii of its nucleus: narrow enough for two that touch."""


@dataclass(frozen=True, kw_only=True, eq=False)
class GridVolume:
    """A volume on the grid of the centre network.

    Parameters
    ----------
    images : ndarray, (3, Z, Y, X), float32
        Image and probability as the network takes them, and 1 inside of nuclei.
    centre : ndarray, (N, 3)
        Of each nucleus, in cells.
    radius : ndarray, (N,)
        In um.
    """

    images: Floats
    centre: npt.NDArray[np.float64]
    radius: npt.NDArray[np.float64]


def on_grid(volume: CrowdedVolume, probability: Probability) -> GridVolume:
    """Resample a volume and the nucleus model's probability of it."""
    images, _ = network_input(volume.image, probability, volume.voxel_size)
    inside = resample(volume.inside, images.shape[1:]) / np.float32(255)
    cells = np.array(images.shape[1:]) / np.array(volume.image.shape)  # per voxel
    centre = (volume.centre / np.array(volume.voxel_size) + 0.5) * cells - 0.5
    return GridVolume(images=np.concatenate([images, inside[None]]), centre=centre, radius=volume.radius)


def draw_crop(volumes: Sequence[GridVolume], rng: np.random.Generator) -> Floats:
    """A random crop around a nucleus: image, probability, peaks and inside, (4, Z, Y, X)."""
    volume = volumes[int(rng.integers(len(volumes)))]
    around = volume.centre[int(rng.integers(len(volume.centre)))]
    first = np.array(
        [
            np.clip(round(place) - rng.integers(crop // 4, 3 * crop // 4), -4, max(n - crop + 4, -4))
            for place, crop, n in zip(around, CROP, volume.images.shape[1:], strict=True)
        ]
    )
    images = _cut(volume.images, first)
    images[0] = _vary_levels(images[0], rng)
    peaks = peaks_at(volume.centre - first, volume.radius, CROP)
    crop = np.stack([images[0], images[1], peaks, images[2]])
    flipped = np.flip(crop, [axis for axis in (1, 2, 3) if rng.random() < 0.5])
    return np.ascontiguousarray(flipped.transpose(0, 1, 3, 2) if rng.random() < 0.5 else flipped)


def peaks_at(
    centre: npt.NDArray[np.float64], radius: npt.NDArray[np.float64], shape: tuple[int, int, int]
) -> Floats:
    """Gaussian peaks of height 1 around centres, in cells; where two overlap, the higher one."""
    peaks = np.zeros(shape, np.float32)
    for place, wide in zip(centre, radius, strict=True):
        sigma = wide * np.array(PEAK) / np.array(GRID)
        box, squares = [], []
        for at, one, n in zip(place, sigma, shape, strict=True):
            low, high = max(round(at - 3 * one), 0), min(round(at + 3 * one) + 1, n)
            box.append(slice(low, max(low, high)))
            squares.append(((np.arange(low, max(low, high)) - at) / one) ** 2)
        z, y, x = np.ix_(*squares)
        here = peaks[tuple(box)]
        np.maximum(here, np.exp(-(z + y + x) / 2), out=here)
    return peaks


def _cut(images: Floats, first: npt.NDArray[np.int_]) -> Floats:
    """A box of `CROP` cells that may extend beyond the volume."""
    low = np.maximum(first, 0)
    high = np.minimum(first + CROP, images.shape[1:])
    inside = images[(slice(None), *map(slice, low, high))]
    return np.pad(inside, [(0, 0), *zip(low - first, first + CROP - high, strict=True)])


def _vary_levels(image: Floats, rng: np.random.Generator) -> Floats:
    values = image * np.float32(rng.uniform(0.7, 1.3))
    values = np.sign(values) * np.abs(values) ** np.float32(rng.uniform(0.8, 1.25))
    if rng.random() < 0.3:
        values = values + rng.normal(0, rng.uniform(0, 0.06), values.shape)
    return values.astype(np.float32)
