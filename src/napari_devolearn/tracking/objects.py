"""Features of the objects of a frame for linking."""

from __future__ import annotations

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import scipy

from napari_devolearn._types import Floats, Mask, VoxelSize

_Z_WEIGHT = 0.6  # weight of Z distances when a label is split, because microscopes elongate nuclei along Z
_ROUNDS = 5
_AROUND = 5  # frames


@dataclass(frozen=True, kw_only=True, eq=False)
class Objects:
    """The objects of one frame.

    `labels`: (N,), int64: labels, ascending; twice for a split label.
    `centers`: (N, 3), float64: centres of mass (Z, Y, X) in um.
    `spreads`: (N, 3), float64: half axes (Z, Y, X) in um of the ellipsoid with the same variance along each
    axis.
    `volumes`: (N,), float64: in um3, or um2 for images.
    `flat`: whether the frame is an image, not a volume.
    `halves`: two per object, if it may be split.
    """

    labels: npt.NDArray[np.int64]
    centers: Floats
    spreads: Floats
    volumes: Floats
    flat: bool = False
    halves: Objects | None = None

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def diameters(self) -> Floats:
        """Diameters of spheres (discs, in images) of the same volume, (N,), in um."""
        if self.flat:
            return np.asarray(2 * np.sqrt(self.volumes / math.pi))
        return np.asarray(np.cbrt(6 * self.volumes / math.pi))

    def relative_volumes(self, diameter: float) -> Floats:
        """Volumes relative to that of a sphere (disc, in images) of a diameter in um, (N,)."""
        return np.asarray((self.diameters / diameter) ** (2 if self.flat else 3))

    def cut(self, index: Collection[int]) -> Objects:
        """These objects, with those at some indices split."""
        if self.halves is None or not index:
            return self
        rows: list[tuple[Objects, int]] = []
        for i in range(len(self)):
            rows += [(self.halves, 2 * i), (self.halves, 2 * i + 1)] if i in index else [(self, i)]
        return Objects(
            labels=np.array([one.labels[i] for one, i in rows], np.int64),
            centers=np.array([one.centers[i] for one, i in rows]),
            spreads=np.array([one.spreads[i] for one, i in rows]),
            volumes=np.array([one.volumes[i] for one, i in rows]),
            flat=self.flat,
        )


def measure_objects(frame: npt.NDArray[Any], voxel_size: VoxelSize, *, halves: bool = False) -> Objects:
    """Measure each label of a frame, (Z, Y, X) or (Y, X).

    `voxel_size`: (Z, Y, X) in um.
    `halves`: also split each label in two by 2-means of its voxels, starting along its longest axis, and
    measure the halves: two consecutive rows per label. Z distances are weighted by `_Z_WEIGHT`.
    """
    labels, index, position = _voxels(frame, voxel_size)
    whole = _measure(labels, index, position, voxel_size, frame.ndim)
    if not halves:
        return whole
    half = 2 * index + _second_halves(index, position, len(labels))
    return replace(whole, halves=_measure(np.repeat(labels, 2), half, position, voxel_size, frame.ndim))


def _second_halves(index: npt.NDArray[np.intp], position: Floats, n: int) -> Mask:
    """Whether each voxel belongs to the second half of its label."""
    scaled = position * np.array([[_Z_WEIGHT], [1.0], [1.0]])
    centers = _means(scaled, index, n)
    away = scaled - centers[index].T
    products = np.stack([_means(away[axis] * away, index, n) for axis in range(3)], axis=1)
    longest = np.linalg.eigh(products)[1][:, :, -1]
    second = np.asarray((away * longest[index].T).sum(axis=0) > 0)
    for _ in range(_ROUNDS):
        halves = _means(scaled, 2 * index + second, 2 * n).reshape(n, 2, 3)
        middle, apart = halves.mean(axis=1), halves[:, 1] - halves[:, 0]
        second = np.asarray(((scaled - middle[index].T) * apart[index].T).sum(axis=0) > 0)
    return second


def usual_diameters(frames: Sequence[Objects]) -> Floats:
    """Usual diameter, in um, of objects that do not divide, around each frame, (T,); 1 without objects.

    It is a high percentile of the medians of the frames up to `_AROUND` before and after: in young embryos
    all nuclei divide together and are small plates for some minutes.
    """
    medians = np.array([np.median(one.diameters) if len(one) else np.nan for one in frames])
    known = np.flatnonzero(np.isfinite(medians))
    if not len(known):
        return np.ones(len(frames))
    medians = np.interp(np.arange(len(frames)), known, medians[known])
    return np.asarray(scipy.ndimage.percentile_filter(medians, 80, size=2 * _AROUND + 1, mode="nearest"))


def _voxels(
    frame: npt.NDArray[Any], voxel_size: VoxelSize
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.intp], Floats]:
    """Labels, and of each labelled voxel the index of its label and its position (3, K) in um."""
    at = np.nonzero(frame)
    labels, index = np.unique(frame[at], return_inverse=True)
    position = np.zeros((3, index.size))
    for axis, indices in enumerate(at, start=3 - frame.ndim):
        position[axis] = (indices + 0.5) * voxel_size[axis]
    return labels.astype(np.int64), index, position


def _means(values: Floats, index: npt.NDArray[np.intp], n: int) -> Floats:
    """Mean of values (3, K) in each of n groups, (n, 3); 0 for empty groups."""
    counts = np.maximum(np.bincount(index, minlength=n), 1)
    return np.stack([np.bincount(index, one, n) for one in values], axis=1) / counts[:, None]


def _measure(
    labels: npt.NDArray[np.int64],
    index: npt.NDArray[np.intp],
    position: Floats,
    voxel_size: VoxelSize,
    ndim: int,
) -> Objects:
    sizes, n = np.asarray(voxel_size, dtype=np.float64), len(labels)
    centers = _means(position, index, n)
    variance = np.maximum(_means(position**2, index, n) - centers**2, 0) + sizes**2 / 12
    # the variance of an ellipsoid is a fifth of its squared half axis, of an ellipse a quarter
    spreads = np.sqrt((ndim + 2) * variance)
    return Objects(
        labels=labels,
        centers=centers,
        spreads=spreads,
        volumes=np.bincount(index, minlength=n) * np.prod(sizes[3 - ndim :], dtype=np.float64),
        flat=ndim == 2,
    )
