"""Balls in a volume."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize


def balls(
    centres: list[VoxelSize], radius: float, shape: tuple[int, int, int], size: VoxelSize
) -> npt.NDArray[np.bool_]:
    """Balls of a radius, at centres in um, in a volume of voxels of a size in um."""
    return distance(centres, shape, size) < radius


def peaks(
    centres: list[VoxelSize], radius: float, shape: tuple[int, int, int], size: VoxelSize
) -> npt.NDArray[np.uint8]:
    """A peak at the centre of each ball, as the centre network draws it."""
    squares = (distance(centres, shape, size) / (0.45 * radius)) ** 2
    return np.rint(255 * np.exp(-squares / 2)).astype(np.uint8)


def distance(
    centres: list[VoxelSize], shape: tuple[int, int, int], size: VoxelSize
) -> npt.NDArray[np.float64]:
    """Distance of each voxel to the nearest centre, in um."""
    zyx = np.meshgrid(*(np.arange(n) * s for n, s in zip(shape, size, strict=True)), indexing="ij")
    squares = [sum((a - c) ** 2 for a, c in zip(zyx, centre, strict=True)) for centre in centres]
    return np.asarray(np.sqrt(np.min(squares, axis=0)))
