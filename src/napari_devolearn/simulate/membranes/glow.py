"""Fluorescence of membranes and cytoplasm."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from napari_devolearn._types import Floats32, Labels, VoxelSize
from napari_devolearn.simulate.smooth_noise import smooth_noise

OUTER, CONTACT = 1, 2
"""Kinds of membrane in `membrane_kinds`."""

_ALONG = 2.5  # um, length scale of brightness along a membrane
_GRAIN, _PATCH = 0.35, 1.5  # um, sizes of structures in the cytoplasm
_SPOT = (0.6, 0.35, 0.35)  # um, sigma of a bright spot


@dataclass(frozen=True, kw_only=True)
class Glow:
    """Brightness of each structure, relative to a membrane between two cells.

    `outer`: of a membrane of only one cell.
    `cell_spread, along_spread`: standard deviation of the logarithm of the brightness, between cells and
    along a membrane.
    `hidden`: fraction of the light lost by horizontal outer membranes at the low and at the high end of Z.
    `grain`: relative standard deviation of the cytoplasm.
    `spots`: mean number of bright spots in the cytoplasm.
    """

    outer: float = 0.55
    cell_spread: float = 0.2
    along_spread: float = 0.2
    hidden: tuple[float, float] = (0.5, 0.5)
    cytoplasm: float = 0.15
    grain: float = 0.4
    spots: float = 5.0


def membrane_kinds(labels: Labels) -> npt.NDArray[np.uint8]:
    """Mark the voxels on both sides of each face: `CONTACT` between two cells, else `OUTER`; 0 elsewhere.

    `labels`: (Y, X) or (Z, Y, X), integer; cells touch, 0 is outside.
    """
    kinds = np.zeros(labels.shape, np.uint8)
    for axis in range(labels.ndim):
        low = (slice(None),) * axis + (slice(0, -1),)
        high = (slice(None),) * axis + (slice(1, None),)
        kind = np.where((labels[low] > 0) & (labels[high] > 0), CONTACT, OUTER).astype(np.uint8)
        kind[labels[low] == labels[high]] = 0
        for side in (low, high):
            np.maximum(kinds[side], kind, out=kinds[side])
    return kinds


def membrane_depth(labels: npt.NDArray[Any], voxel_size: VoxelSize | tuple[float, float]) -> Floats32:
    """Distance of each voxel of a cell to the middle of the nearest membrane, in um; 0 outside.

    `labels`: (Y, X) or (Z, Y, X), integer; cells touch, 0 is outside. There is no membrane at the edge of the
    array.
    `voxel_size`: one length per axis, in um.
    """
    apart = membrane_kinds(labels) == 0
    if apart.all():
        return np.where(labels > 0, np.float32(np.inf), np.float32(0))
    depth = scipy.ndimage.distance_transform_edt(apart, sampling=voxel_size).astype(np.float32)
    # the middle of a membrane is a face between voxels, half a voxel from their centres
    return np.where(labels > 0, depth + np.float32(min(voxel_size) / 2), 0).astype(np.float32)


def simulate_glow(labels: Labels, step: float, glow: Glow, rng: np.random.Generator) -> Floats32:
    """Light from each voxel, before the microscope.

    `labels`: (Z, Y, X), uint32; cells touch, 0 is outside.
    `step`: voxel edge, in um.
    Returns (2, Z, Y, X), float32: light of the membranes, and of the cytoplasm with its spots.
    """
    number = int(labels.max()) + 1
    kinds = membrane_kinds(labels)
    light = np.array([0, glow.outer, 1], np.float32)[kinds]
    light *= _by_cell(glow.cell_spread, number, rng)[labels]
    light *= np.exp(glow.along_spread * smooth_noise(labels.shape, _ALONG, rng, step=step))
    light = np.where(kinds == OUTER, light * _visible_fraction(labels, glow.hidden), light)
    return np.stack([light, _cytoplasm(labels, step, glow, number, rng)])


def _by_cell(spread: float, number: int, rng: np.random.Generator) -> Floats32:
    return np.exp(rng.normal(0, spread, number)).astype(np.float32)


def _cytoplasm(labels: Labels, step: float, glow: Glow, number: int, rng: np.random.Generator) -> Floats32:
    level = glow.cytoplasm * _by_cell(0.2, number, rng)
    level[0] = 0
    body = scipy.ndimage.gaussian_filter(level[labels], 0.4 / step, truncate=3)
    fine, wide = (smooth_noise(labels.shape, size, rng, step=step) for size in (_GRAIN, _PATCH))
    body *= np.maximum(1 + glow.grain * fine + 0.3 * wide, 0)
    return np.asarray(body + _spots(labels, step, glow.spots, rng), np.float32)


def _spots(labels: Labels, step: float, mean: float, rng: np.random.Generator) -> Floats32:
    spots = np.zeros(labels.shape, np.float32)
    inside = np.flatnonzero(labels)
    count = rng.poisson(mean)
    if not count or not len(inside):
        return spots
    sigma = np.array(_SPOT) / step
    peak = rng.uniform(0.3, 1.2, count) * (2 * np.pi) ** 1.5 * sigma.prod()
    spots.ravel()[rng.choice(inside, count)] = peak
    return np.asarray(scipy.ndimage.gaussian_filter(spots, sigma, truncate=3), np.float32)


def _visible_fraction(labels: Labels, hidden: tuple[float, float]) -> Floats32:
    """Visible fraction of the light of outer membranes, by how horizontal they are."""
    # the direction of the surface changes slowly, so every second voxel is sufficient
    solid = scipy.ndimage.gaussian_filter((labels > 0).astype(np.float32)[::2, ::2, ::2], 3)
    rise = np.gradient(solid)
    flat = rise[0] ** 2 / (sum(along**2 for along in rise) + 1e-6)
    visible = 1 - flat * np.where(rise[0] > 0, hidden[0], hidden[1])
    for axis, length in enumerate(labels.shape):
        visible = np.take(visible, np.arange(length) // 2, axis)
    return np.asarray(visible, np.float32)
