"""Between the input's grid and the square pixels that a model works at."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError, warn_caller

Shape2D = tuple[int, int]

_MOST_PIXELS = 2**28
"""Of a slice at the model's pixel size, 1 GiB of float32; more only where the image has about as many."""

_MOST_TIMES = 30
"""How many of the model's pixels a pixel may be wide: at 5 to 6 um a nucleus is a single one."""

_FEWEST = 8  # model pixels along an image's longer side: fewer are smaller than any object

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
        Edge of the requested square pixel, in um.

    Returns
    -------
    tuple of int
        At least one pixel each way.

    Raises
    ------
    ImageFormatError
        If the size of the pixels cannot be meant, as it would take gigabytes for each slice.
    """
    (rows, columns), (dy, dx) = shape, size
    height, width = (n * s / pixel_size for n, s in zip(shape, size, strict=True))
    most = max(_MOST_PIXELS, 4 * rows * columns)
    if not (max(size) <= _MOST_TIMES * pixel_size and height * width <= most):
        raise ImageFormatError(
            f"pixels of {dy:g} x {dx:g} um (Y x X) cannot be meant: the model looks at pixels of "
            f"{pixel_size:g} um, and a slice of {rows} x {columns} would become {height:.0f} x {width:.0f} "
            f"({4 * height * width / 1e9:,.3g} GB); give the voxel size in "
            "um (--voxel-size Z,Y,X, in Python voxel_size=)"
        )
    return max(1, round(height)), max(1, round(width))


def check_scale(name: str, shape: Shape2D, size: tuple[float, float], pixel_size: float) -> None:
    """Doubt a voxel size before anything is allocated.

    Parameters
    ----------
    name : str
        Of the image, for the message.
    shape : tuple of int
        (Y, X) of its slices.
    size : tuple of float
        Pixel size, (Y, X), in um.
    pixel_size : float
        At which the model works, in um.

    Raises
    ------
    ImageFormatError
        If a slice would take gigabytes. With a size so small that the whole image is smaller than an
        object, there is a warning.
    """
    try:
        working = target_shape(shape, size, pixel_size)
    except ImageFormatError as error:
        raise ImageFormatError(f"{name}: {error}") from error
    if max(working) < min(_FEWEST, max(shape) / 2):
        height, width = (f"{n * s:.3g}" for n, s in zip(shape, size, strict=True))
        warn_caller(
            f"{name}: the whole image is {height} x {width} um (Y x X), smaller than one object, so that "
            "nothing will be found; check the voxel size, which is in um"
        )


def resample_image(plane: npt.NDArray[np.generic], shape: Shape2D) -> npt.NDArray[np.float32]:
    """Resample intensities linearly, averaging over the pixels that merge into one.

    Parameters
    ----------
    plane : ndarray, (Y, X) or (C, Y, X), any real dtype
    shape : tuple of int
        The requested (Y, X).

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
