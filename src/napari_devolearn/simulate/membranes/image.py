"""Microscope images of membranes: blurred with depth, sampled in planes, noisy."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import scipy

from napari_devolearn._types import Floats32, Labels
from napari_devolearn.simulate.membranes.glow import CONTACT, Glow, membrane_kinds, simulate_glow


@dataclass(frozen=True, kw_only=True)
class Microscope:
    """Parameters of a microscope.

    `blur, deep_blur`: sigma in um along Z, and in the plane: everywhere, and in addition at the far side of
    the embryo.
    `far_side_low`: whether low Z is the far side.
    `fade`: natural logarithm of the light lost at the far side.
    `z_step`: um between planes.
    `offset`: background light, where a membrane between two cells gives 1.
    `photons`: photons per voxel from such a membrane.
    `reading`: standard deviation of the camera's read noise.
    `smoothing`: sigma of the filter after the camera: in planes along Z, in um within them.
    `black`: light level that the file stores as 0, as after background subtraction.
    `gain`: grey value of a membrane between two cells.
    """

    blur: tuple[float, float] = (0.6, 0.26)
    deep_blur: tuple[float, float] = (0.4, 0.15)
    far_side_low: bool = True
    fade: float = 0.4
    z_step: float = 0.43
    offset: float = 0.0
    photons: float = 60.0
    reading: float = 0.02
    smoothing: tuple[float, float] = (0.4, 0.25)
    black: float = 0.0
    gain: float = 120.0


def render_membranes(
    labels: Labels, step: float, glow: Glow, microscope: Microscope, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    """Image of an embryo's membranes, (Z, Y, X) uint8 on the grid of `labels`.

    `labels`: (Z, Y, X), uint32; cells touch, 0 is outside.
    `step`: voxel edge, in um. If the microscope's planes are further apart, they are interpolated linearly.
    """
    membranes, inside = simulate_glow(labels, step, glow, rng)
    depth = _relative_depth(labels, microscope.far_side_low)
    near = _blur(membranes, microscope.blur, step)
    light = near * (1 - depth) + _blur(near, microscope.deep_blur, step) * depth
    contact = membrane_kinds(labels) == CONTACT
    light /= np.percentile(light[contact], 80) if contact.any() else max(float(light.max()), 1e-6)
    light = (light + inside) * np.exp(-microscope.fade * depth)
    return _detect(light, step, microscope, rng)


def _relative_depth(labels: Labels, far_side_low: bool) -> Floats32:
    """0 at the embryo's near side to 1 at its far side, (Z, 1, 1)."""
    planes = np.flatnonzero(labels.any((1, 2)))
    first, last = (planes[0], planes[-1]) if len(planes) else (0, 1)
    share = np.clip((np.arange(len(labels)) - first) / max(last - first, 1), 0, 1).astype(np.float32)
    return (1 - share if far_side_low else share)[:, None, None]


def _blur(light: Floats32, sigma: tuple[float, float], step: float) -> Floats32:
    along, across = (one / step for one in sigma)
    return np.asarray(scipy.ndimage.gaussian_filter(light, (along, across, across), truncate=3), np.float32)


def _detect(
    light: Floats32, step: float, microscope: Microscope, rng: np.random.Generator
) -> npt.NDArray[np.uint8]:
    apart = max(microscope.z_step / step, 1.0)
    planes = _planes(light, np.arange(0, len(light), apart)) + microscope.offset
    image = rng.poisson(planes * microscope.photons) / np.float32(microscope.photons)
    image = (image + rng.normal(0, microscope.reading, image.shape)).astype(np.float32)
    along, across = microscope.smoothing
    image = scipy.ndimage.gaussian_filter(image, (along, across / step, across / step))
    whole = _planes(image, np.arange(len(light)) / apart) - microscope.black
    return np.asarray(np.clip(np.rint(whole * microscope.gain), 0, 255), np.uint8)


def _planes(volume: Floats32, places: npt.NDArray[np.floating]) -> Floats32:
    """Planes at fractional indices, by linear interpolation; beyond the last plane, the last one."""
    below = np.clip(places.astype(int), 0, len(volume) - 1)
    above = np.minimum(below + 1, len(volume) - 1)
    share = (np.clip(places, 0, len(volume) - 1) - below).astype(np.float32)[:, None, None]
    return np.asarray(volume[below] * (1 - share) + volume[above] * share, np.float32)
