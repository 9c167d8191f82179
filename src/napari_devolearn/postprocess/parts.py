"""Connected parts of a mask and how deep they are: what labelling does most, beside other threads."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt


def connected_parts(mask: npt.NDArray[np.bool_]) -> npt.NDArray[np.int32]:
    """Number the parts that touch by their faces, in the order of their first voxels.

    Parameters
    ----------
    mask : ndarray, (Y, X) or (Z, Y, X), bool

    Returns
    -------
    ndarray, same shape, int32
        0 in the background. The same as ``scipy.ndimage.label`` gives.
    """
    import cc3d

    numbers = cc3d.connected_components(
        np.ascontiguousarray(mask),  # numbers follow the order in memory
        connectivity=6 if mask.ndim == 3 else 4,
        out_dtype=np.uint32,
    )
    return np.asarray(numbers, np.uint32).view(np.int32)


def depth_in(
    mask: npt.NDArray[np.bool_], size: Sequence[float] | npt.NDArray[np.float64]
) -> npt.NDArray[np.float32]:
    """Distance of each voxel of a mask to the background; the edge of the array is none.

    Parameters
    ----------
    mask : ndarray, (Y, X) or (Z, Y, X), bool
    size : sequence of float
        Of a voxel, in um.

    Returns
    -------
    ndarray, same shape, float32
        What ``scipy.ndimage.distance_transform_edt`` gives, in less time and memory; 0 in the background.
    """
    from scipy import ndimage

    # not by the package edt: twice as fast, but it holds up all other threads meanwhile, the window's too
    nearest = ndimage.distance_transform_edt(mask, size, return_distances=False, return_indices=True)
    squares = np.zeros(mask.shape)
    for axis, (there, edge) in enumerate(zip(nearest, size, strict=True)):
        here = np.arange(mask.shape[axis], dtype=there.dtype)
        there -= here.reshape([-1 if k == axis else 1 for k in range(mask.ndim)])
        step = there * float(edge)
        step *= step
        squares += step
    return np.sqrt(squares, out=squares).astype(np.float32)


def ball_voxels(diameter: float, size: npt.NDArray[np.float64]) -> float:
    """Voxels in a ball (3D) or disc (2D) of a diameter in um."""
    volume = np.pi / 6 * diameter**3 if len(size) == 3 else np.pi / 4 * diameter**2
    return float(volume / size.prod())


def block_mean(values: npt.NDArray[np.generic], steps: npt.NDArray[np.int_]) -> npt.NDArray[np.float32]:
    """Mean of each block of voxels; what a block lacks at the edge counts as 0.

    Parameters
    ----------
    values : ndarray, (Y, X) or (Z, Y, X), bool or uint8
    steps : ndarray of int
        Edges of a block in voxels.

    Returns
    -------
    ndarray, of the number of blocks along each axis, float32
    """
    lacking = [(0, -length % step) for length, step in zip(values.shape, steps, strict=True)]
    total = np.pad(values, lacking).view(np.uint8)
    most = 1 if values.dtype == bool else 255
    blocks = 1
    for axis, step in enumerate(steps):
        if step > 1:
            blocks *= int(step)
            wide = next(
                kind for kind in (np.uint8, np.uint16, np.uint32) if blocks * most <= np.iinfo(kind).max
            )
            layers = [total[(slice(None),) * axis + (slice(k, None, step),)] for k in range(step)]
            total = np.add.reduce(layers, dtype=wide)
    return (total / np.float32(steps.prod())).astype(np.float32)
