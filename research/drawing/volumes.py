"""Slices with neighbours from labelled volumes: random crops for training, whole ones for evaluation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import torch

from napari_devolearn.inference.inputs.normalise import normalise
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.postprocess.cells import DEPTH_SCALE
from napari_devolearn.training.data.batches import Pair
from research.recipes.volume_augment import random_view, vary_light

Floats = npt.NDArray[np.float32]

DEPTH_UNIT = 0.05
"""um per grey value of `LabelledVolume.depth`."""

GAP = 0.25
"""um between the middle of a membrane and the interior of a cell, as in the labels of 3DMMS, whose cells are
1 to 3 voxels of 0.225 um apart."""

_SOFT = 0.25  # um, width of the edge of the interior's target
_OUTSIDE = 2  # planes above and below the embryo that are used too


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelledVolume:
    """An embryo with cubic voxels and ground truth cells.

    Parameters
    ----------
    image : ndarray, (Z, Y, X), uint8
    depth : ndarray, (Z, Y, X), uint8
        Distance to the middle of the nearest membrane in steps of `DEPTH_UNIT`; 0 outside cells.
    step : float
        Edge of a voxel, in um.
    """

    image: npt.NDArray[np.uint8]
    depth: npt.NDArray[np.uint8]
    step: float

    @property
    def planes(self) -> tuple[int, int]:
        """First plane with cells, and the one after the last."""
        inside = np.flatnonzero(self.depth.any((1, 2)))
        return (int(inside[0]), int(inside[-1]) + 1) if len(inside) else (0, len(self.depth))


def membrane_targets(depth: Floats) -> Floats:
    """Targets of the membrane model, (2, Y, X) float32, from the depth in cells.

    ``interior`` rises from 0 to 1 around `GAP`; ``distance`` is 1 - exp(-depth / DEPTH_SCALE).
    `depth`: (Y, X), float32: distance to the middle of the nearest membrane in 3D, in um; 0 outside cells.
    """
    interior = np.clip((depth - GAP) / _SOFT + 0.5, 0, 1)
    return np.stack([interior, 1 - np.exp(-depth / DEPTH_SCALE)]).astype(np.float32)


class VolumeCrops:
    """Random crops of random slices of volumes, rotated, scaled and with varied brightness.

    Parameters
    ----------
    volumes : sequence of LabelledVolume
    spec : ModelSpec
        Gives the pixel size, the channels and their distance.
    length : int
        Items per epoch.
    crop : int
        Edge of the crops, in pixels.
    seed : int
    lone : float
        Fraction of items whose channels are all the same slice, as for a 2D image.
    """

    def __init__(
        self,
        volumes: Sequence[LabelledVolume],
        spec: ModelSpec,
        *,
        length: int,
        crop: int,
        seed: int,
        lone: float = 0.35,
    ) -> None:
        self._volumes, self._spec, self._length = list(volumes), spec, length
        self._crop, self._seed, self._lone = crop, seed, lone
        self._ranges = [volume.planes for volume in self._volumes]
        self._epoch = 0

    def set_epoch(self, epoch: int) -> None:
        """Set the epoch of the next items."""
        self._epoch = epoch

    def __len__(self) -> int:
        """Number of items per epoch."""
        return self._length

    def __getitem__(self, index: int, /) -> Pair:
        """Image (channels, Y, X) and target (2, Y, X), both float32."""
        rng = np.random.default_rng((self._seed, self._epoch, index))
        chosen = int(rng.integers(len(self._volumes)))
        volume, (first, end) = self._volumes[chosen], self._ranges[chosen]
        z = float(np.clip(rng.uniform(first - _OUTSIDE, end + _OUTSIDE), 0, len(volume.image) - 1))
        step = (
            0.0 if rng.random() < self._lone else float(rng.choice([-1, 1]) * np.exp(rng.uniform(-0.2, 0.2)))
        )
        slab = normalise(channels(volume, z, self._spec, step), self._spec.percentiles)
        view, scale = random_view(rng, slab.shape[1:], self._crop, self._spec.pixel_size / volume.step)
        slab = vary_light(_warp(slab, view, self._crop), rng)
        # magnification also increases the distances between membranes
        depth = _warp(plane_at(volume.depth, z)[None], view, self._crop)[0] * np.float32(DEPTH_UNIT / scale)
        slab = np.broadcast_to(slab, (self._spec.in_channels, *slab.shape[1:]))
        return torch.from_numpy(np.array(slab)), torch.from_numpy(membrane_targets(depth))


class VolumeSlices:
    """Whole slices of volumes, unchanged, every second one without its neighbours.

    Parameters
    ----------
    volumes : sequence of LabelledVolume
        With voxels of the pixel size of `spec`.
    spec : ModelSpec
    slices : int
        Per volume, evenly spaced over the planes with cells.
    """

    def __init__(self, volumes: Sequence[LabelledVolume], spec: ModelSpec, *, slices: int) -> None:
        self._spec = spec
        self._places = [
            (volume, int(z)) for volume in volumes for z in np.linspace(*volume.planes, slices + 2)[1:-1]
        ]

    def set_epoch(self, epoch: int) -> None:
        """Not needed: the slices are the same in each epoch."""

    def __len__(self) -> int:
        """Number of slices."""
        return len(self._places)

    def __getitem__(self, index: int, /) -> Pair:
        """Image (channels, Y, X) and target (2, Y, X), both float32."""
        volume, z = self._places[index]
        slab = normalise(channels(volume, z, self._spec, float(index % 2 == 0)), self._spec.percentiles)
        slab = np.broadcast_to(slab, (self._spec.in_channels, *slab.shape[1:]))
        depth = plane_at(volume.depth, z) * np.float32(DEPTH_UNIT)
        return torch.from_numpy(np.array(slab)), torch.from_numpy(membrane_targets(depth))


def channels(volume: LabelledVolume, z: float, spec: ModelSpec, stretch: float) -> Floats:
    """Slices for the input channels of a network, from the lowest z up: (channels, Y, X) or (1, Y, X).

    `z`: plane of the middle channel.
    `stretch`: factor of `spec.z_step`, negative to invert z; 0 for only one slice.
    """
    if stretch == 0 or spec.z_step is None:
        return plane_at(volume.image, z)[None]
    places = z + np.arange(-spec.context, spec.context + 1) * (stretch * spec.z_step / volume.step)
    return np.stack([plane_at(volume.image, place) for place in places])


def plane_at(volume: npt.NDArray[np.uint8], z: float) -> Floats:
    """A plane (Y, X) float32 at a fractional index, by linear interpolation; clipped to the volume."""
    inside = min(max(z, 0.0), len(volume) - 1.0)
    below = int(inside)
    share = np.float32(inside - below)
    plane = volume[below].astype(np.float32)
    return plane if share == 0 else np.asarray((1 - share) * plane + share * volume[below + 1])


def _warp(slab: Floats, view: npt.NDArray[np.float64], crop: int) -> Floats:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.stack([cv2.warpAffine(plane, view, (crop, crop), flags=flags) for plane in slab])
