"""Slices and projections of embryos with their outlines, for scenes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from research.drawing.nuclear_volumes import EmbryoVolume

Floats = npt.NDArray[np.float32]
Mask = npt.NDArray[np.bool_]

_PROJECTIONS = 0.4  # fraction of the views of a volume
_WHOLE = 0.7  # fraction of the projections; the others are of some slices
_BEYOND = 4.0  # um above and below the embryo from which slices are used
_BRIGHT = 99.8


@dataclass(frozen=True, kw_only=True, eq=False)
class View:
    """One image of an embryo.

    Parameters
    ----------
    light : ndarray, (Y, X), float32
        0 is the background, 1 the brightest value of the volume or image.
    inside : ndarray, (Y, X), bool
        The embryo.
    size : tuple of float
        Pixel size, (Y, X), in um.
    of_volume : bool
        Whether it is a slice whose brightness is relative to a volume.
    noisy : bool
        Whether it contains noise.
    """

    light: Floats
    inside: Mask
    size: tuple[float, float]
    of_volume: bool
    noisy: bool


def draw_view(volume: EmbryoVolume, rng: np.random.Generator, *, noisy: bool) -> View:
    """A slice at a random depth, or the projection of all or some slices.

    `volume`: from `scale_volume`.
    `noisy`: whether it contains noise.
    """
    depth = len(volume.light)
    projection = rng.random() < _PROJECTIONS
    first, last = 0, depth
    if not projection:
        planes = np.flatnonzero(volume.inside.any((1, 2)))
        beyond = _BEYOND / volume.step[0]
        first = int(np.clip(rng.uniform(planes[0] - beyond, planes[-1] + beyond), 0, depth - 1))
        last = first + 1
    elif rng.random() > _WHOLE:
        middle, half = int(rng.uniform(0.3, 0.7) * depth), int(rng.uniform(0.05, 0.3) * depth) + 1
        first, last = max(middle - half, 0), middle + half
    part = slice(first, last)
    return View(
        light=volume.light[part].max(0).astype(np.float32),
        inside=np.any(volume.inside[part], axis=0),
        size=volume.step[1:],
        of_volume=not projection,
        noisy=noisy,
    )


def scale_volume(
    light: npt.NDArray[np.generic], inside: Mask, step: tuple[float, float, float]
) -> EmbryoVolume:
    """An embryo with the background at 0 and the brightest value at 1, in half precision to save memory."""
    values = light.astype(np.float32)
    low, high = np.percentile(values[:: max(1, len(values) // 40)], (1, _BRIGHT))
    scaled = (values - low) / max(float(high - low), 1e-6)
    return EmbryoVolume(light=scaled.astype(np.float16), inside=inside, step=step)


def weighted_choice(
    groups: Sequence[tuple[float, Sequence[View | EmbryoVolume]]], rng: np.random.Generator
) -> View | EmbryoVolume:
    """A random member of a group, which is chosen by weight; empty groups are ignored."""
    filled = [(weight, members) for weight, members in groups if len(members)]
    weights = np.array([weight for weight, _ in filled])
    members = filled[int(rng.choice(len(filled), p=weights / weights.sum()))][1]
    return members[int(rng.integers(len(members)))]
