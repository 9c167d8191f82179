"""What linking knows of a frame: a few numbers an object, whatever the frame's size."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize

Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, kw_only=True, eq=False)
class Objects:
    """The objects of one frame.

    Parameters
    ----------
    labels : ndarray, (N,), int64
        Their values in the frame, rising.
    centers : ndarray, (N, 3), float64
        Centres of mass (Z, Y, X) in um.
    spreads : ndarray, (N, 3), float64
        Half axes (Z, Y, X) in um of the ellipsoid with the same spread along each axis.
    volumes : ndarray, (N,), float64
        In um3, or um2 for images.
    flat : bool
        Whether the frame is an image, not a volume.
    """

    labels: npt.NDArray[np.int64]
    centers: Floats
    spreads: Floats
    volumes: Floats
    flat: bool = False

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def diameters(self) -> Floats:
        """Of balls (discs, in images) of the same volume, (N,), in um."""
        if self.flat:
            return np.asarray(2 * np.sqrt(self.volumes / math.pi))
        return np.asarray(np.cbrt(6 * self.volumes / math.pi))

    def without(self, index: npt.ArrayLike) -> Objects:
        """The other objects."""
        keep = np.delete(np.arange(len(self)), np.asarray(index, dtype=np.int64))
        return Objects(
            labels=self.labels[keep],
            centers=self.centers[keep],
            spreads=self.spreads[keep],
            volumes=self.volumes[keep],
            flat=self.flat,
        )


def measure_objects(frame: npt.NDArray[Any], voxel_size: VoxelSize) -> Objects:
    """Measure each label of a frame.

    Parameters
    ----------
    frame : ndarray, (Z, Y, X) or (Y, X), integer
        0 = background.
    voxel_size : tuple of float
        (Z, Y, X) in um.

    Returns
    -------
    Objects
    """
    at = np.nonzero(frame)
    labels, index, counts = np.unique(frame[at], return_inverse=True, return_counts=True)
    position = np.zeros((3, index.size))
    sizes = np.asarray(voxel_size, dtype=np.float64)
    for axis, indices in enumerate(at, start=3 - frame.ndim):
        position[axis] = (indices + 0.5) * sizes[axis]
    divisor = np.maximum(counts, 1)
    centers = np.stack([np.bincount(index, one, len(labels)) for one in position], axis=1) / divisor[:, None]
    squares = np.stack([np.bincount(index, one**2, len(labels)) for one in position], axis=1)
    variance = np.maximum(squares / divisor[:, None] - centers**2, 0) + sizes**2 / 12
    # a full ellipsoid has a fifth of its squared half axis as variance, an ellipse a quarter
    spreads = np.sqrt((frame.ndim + 2) * variance)
    return Objects(
        labels=labels.astype(np.int64),
        centers=centers,
        spreads=spreads,
        volumes=counts * np.prod(sizes[3 - frame.ndim :], dtype=np.float64),
        flat=frame.ndim == 2,
    )
