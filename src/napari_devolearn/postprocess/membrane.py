"""The membranes of cells, from the cells' interiors."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize

WALL = 1.0
"""um. What lies this near to a cell and in none is membrane: a gap of twice this width between two cells
is all membrane, a wider one is lined."""


def membranes_around(cells: npt.NDArray[np.bool_], voxel_size: VoxelSize) -> npt.NDArray[np.bool_]:
    """Mark the walls between cells and around them.

    Parameters
    ----------
    cells : ndarray, (Y, X) or (Z, Y, X), bool
        Interiors of cells.
    voxel_size : tuple of float
        (Z, Y, X) in um; of a slice the last two count.

    Returns
    -------
    ndarray, same shape, bool
        Within `WALL` of a cell, and in none.
    """
    volume = cells if cells.ndim == 3 else cells[None]
    near = np.zeros(volume.shape, bool)
    for z, plane in enumerate(volume):
        if plane.any():
            _mark_near(near, z, plane, voxel_size)
    return (near & ~volume).reshape(cells.shape)


def _mark_near(
    near: npt.NDArray[np.bool_], z: int, plane: npt.NDArray[np.bool_], voxel_size: VoxelSize
) -> None:
    """Mark what is near to the cells of one slice, in this slice and those above and below.

    A ball is a stack of discs, so that a distance in the plane is all that is needed.
    """
    from scipy import ndimage

    step, *size = voxel_size
    distance = ndimage.distance_transform_edt(~plane, sampling=size)
    reach = int(WALL / step)
    for dz in range(max(-reach, -z), min(reach, len(near) - 1 - z) + 1):
        near[z + dz] |= distance**2 <= WALL**2 - (dz * step) ** 2
