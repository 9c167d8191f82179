"""Membranes of cells, from the interior of the cells."""

from __future__ import annotations

import numpy as np
import scipy

from napari_devolearn._types import Mask, VoxelSize

WALL = 1.0
"""um. Voxels outside cells and up to this distance from one are membrane. A gap between two cells of up to
twice this width is membrane throughout; a wider one only along its edges."""


def membranes_around(cells: Mask, voxel_size: VoxelSize) -> Mask:
    """Mark the membranes between cells and around them: voxels outside cells, within `WALL` of one.

    `cells`: (Y, X) or (Z, Y, X), bool: interiors of cells.
    `voxel_size`: (Z, Y, X) in um; for a slice, only Y and X are used.
    """
    volume = cells if cells.ndim == 3 else cells[None]
    near = np.zeros(volume.shape, bool)
    for z, plane in enumerate(volume):
        if plane.any():
            _mark_near(near, z, plane, voxel_size)
    return (near & ~volume).reshape(cells.shape)


def _mark_near(near: Mask, z: int, plane: Mask, voxel_size: VoxelSize) -> None:
    """Mark voxels near the cells of one slice, in this slice and those above and below.

    A ball is a stack of discs, so distances within the plane are sufficient.
    """
    step, *size = voxel_size
    distance = scipy.ndimage.distance_transform_edt(~plane, sampling=size)
    reach = int(WALL / step)
    for dz in range(max(-reach, -z), min(reach, len(near) - 1 - z) + 1):
        near[z + dz] |= distance**2 <= WALL**2 - (dz * step) ** 2
