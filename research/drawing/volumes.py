"""Slices with their neighbours from labelled volumes: crops to learn from, whole ones to measure by."""

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
"""um that one grey value of `LabelledVolume.depth` stands for."""

GAP = 0.25
"""um from the middle of a membrane to where the interior of a cell begins, as in 3DMMS' labels: two of
their cells lie 1 to 3 voxels of 0.225 um apart."""

_SOFT = 0.25  # um over which the target of the interior rises
_OUTSIDE = 2  # planes above and below the embryo that are drawn, too


@dataclass(frozen=True, kw_only=True, eq=False)
class LabelledVolume:
    """An embryo with cubic voxels and true cells.

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
    """What the membrane model should say: inside a cell or not, and how far from its membrane.

    Parameters
    ----------
    depth : ndarray, (Y, X), float32
        Distance to the middle of the nearest membrane in 3D, in um; 0 outside cells.

    Returns
    -------
    ndarray, (2, Y, X), float32
        ``interior`` rises from 0 to 1 around `GAP`; ``distance`` is 1 - exp(-depth / DEPTH_SCALE).
    """
    interior = np.clip((depth - GAP) / _SOFT + 0.5, 0, 1)
    return np.stack([interior, 1 - np.exp(-depth / DEPTH_SCALE)]).astype(np.float32)


class VolumeCrops:
    """Random crops of random slices of volumes, turned, scaled and varied in light.

    Parameters
    ----------
    volumes : sequence of LabelledVolume
    spec : ModelSpec
        Gives the pixel size, the channels and their distance.
    length : int
        Items an epoch.
    crop : int
        Edge of the crops, in pixels.
    seed : int
    lone : float
        Share of items whose channels are all the same slice, as of a 2D image.
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
        """Choose the epoch that the next items belong to."""
        self._epoch = epoch

    def __len__(self) -> int:
        """Number of items an epoch."""
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
        # in an embryo seen larger by a factor, membranes lie further apart by as much
        depth = _warp(plane_at(volume.depth, z)[None], view, self._crop)[0] * np.float32(DEPTH_UNIT / scale)
        slab = np.broadcast_to(slab, (self._spec.in_channels, *slab.shape[1:]))
        return torch.from_numpy(np.array(slab)), torch.from_numpy(membrane_targets(depth))


class VolumeSlices:
    """Whole slices of volumes as they are, every second one without its neighbours.

    Parameters
    ----------
    volumes : sequence of LabelledVolume
        With voxels as large as the pixels of `spec`.
    spec : ModelSpec
    slices : int
        Of each volume, evenly spaced from its first plane with cells to the last.
    """

    def __init__(self, volumes: Sequence[LabelledVolume], spec: ModelSpec, *, slices: int) -> None:
        self._spec = spec
        self._places = [
            (volume, int(z)) for volume in volumes for z in np.linspace(*volume.planes, slices + 2)[1:-1]
        ]

    def set_epoch(self, epoch: int) -> None:
        """Do nothing: the slices are the same in each epoch."""

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
    """The slices that are the channels of a network's input, from the lowest z up.

    Parameters
    ----------
    volume : LabelledVolume
    z : float
        Plane of the middle channel.
    spec : ModelSpec
    stretch : float
        Factor on `spec.z_step`, negative to look from above; 0 gives the one slice alone.

    Returns
    -------
    ndarray, (channels, Y, X) or (1, Y, X), float32
    """
    if stretch == 0 or spec.z_step is None:
        return plane_at(volume.image, z)[None]
    places = z + np.arange(-spec.context, spec.context + 1) * (stretch * spec.z_step / volume.step)
    return np.stack([plane_at(volume.image, place) for place in places])


def plane_at(volume: npt.NDArray[np.uint8], z: float) -> Floats:
    """A plane between two, interpolated linearly; beyond the ends, the last, (Y, X) float32."""
    inside = min(max(z, 0.0), len(volume) - 1.0)
    below = int(inside)
    share = np.float32(inside - below)
    plane = volume[below].astype(np.float32)
    return plane if share == 0 else np.asarray((1 - share) * plane + share * volume[below + 1])


def _warp(slab: Floats, view: npt.NDArray[np.float64], crop: int) -> Floats:
    flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
    return np.stack([cv2.warpAffine(plane, view, (crop, crop), flags=flags) for plane in slab])
