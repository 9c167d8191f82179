"""Between the input's grid and the square pixels that a model works at."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

Shape2D = tuple[int, int]
_Values = TypeVar("_Values", bound=np.generic)


def target_shape(shape: Shape2D, size: tuple[float, float], pixel_size: float) -> Shape2D:
    """Shape of a slice after resampling to square pixels.

    Parameters
    ----------
    shape : tuple of int
        (Y, X) of the input.
    size : tuple of float
        Pixel size of the input, (Y, X), in um.
    pixel_size : float
        Edge of the wanted square pixel, in um.

    Returns
    -------
    tuple of int
        At least one pixel each way.
    """
    height, width = (max(1, round(n * s / pixel_size)) for n, s in zip(shape, size, strict=True))
    return height, width


def resample_image(plane: npt.NDArray[np.generic], shape: Shape2D) -> npt.NDArray[np.float32]:
    """Resample intensities linearly, averaging over the pixels that merge into one.

    Parameters
    ----------
    plane : ndarray, (Y, X) or (C, Y, X), any real dtype
    shape : tuple of int
        The wanted (Y, X).

    Returns
    -------
    ndarray, (Y, X) or (C, Y, X), float32
    """
    return _interpolate(plane, shape, antialias=True)


def resample_probability(plane: npt.NDArray[np.generic], shape: Shape2D) -> npt.NDArray[np.float32]:
    """Resample a probability linearly to the input's grid.

    Parameters
    ----------
    plane : ndarray, (Y, X) or (C, Y, X), float
    shape : tuple of int
        (Y, X) of the input.

    Returns
    -------
    ndarray, (Y, X) or (C, Y, X), float32
    """
    return _interpolate(plane, shape, antialias=True)


def resample_labels(plane: npt.NDArray[_Values], shape: Shape2D) -> npt.NDArray[_Values]:
    """Resample labels by nearest neighbour: no value appears that was not there.

    Parameters
    ----------
    plane : ndarray, (Y, X), any dtype
    shape : tuple of int

    Returns
    -------
    ndarray, (Y, X), same dtype
    """
    rows, columns = (
        np.minimum(((np.arange(new) + 0.5) * old / new).astype(int), old - 1)
        for new, old in zip(shape, plane.shape, strict=True)
    )
    return plane[np.ix_(rows, columns)]


def mirrored(length: int, stride: int) -> npt.NDArray[np.intp]:
    """Indices along an axis, and back from its end up to the next multiple of a stride.

    Parameters
    ----------
    length, stride : int

    Returns
    -------
    ndarray, (n,), intp
    """
    return np.pad(np.arange(length), (0, -length % stride), mode="reflect" if length > 1 else "edge")


def _interpolate(
    plane: npt.NDArray[np.generic], shape: Shape2D, *, antialias: bool
) -> npt.NDArray[np.float32]:
    import torch
    from torch.nn.functional import interpolate

    values = np.require(plane, np.float32, ["C", "W"])  # torch takes no read-only arrays
    if values.shape[-2:] == shape:
        return values
    batch = torch.from_numpy(values.reshape(1, -1, *values.shape[-2:]))
    # align_corners=False: pixels are areas, so that the outer edges of both grids coincide
    resampled = interpolate(batch, size=shape, mode="bilinear", align_corners=False, antialias=antialias)
    result: npt.NDArray[np.float32] = resampled.numpy().reshape(*values.shape[:-2], *shape)
    return result
