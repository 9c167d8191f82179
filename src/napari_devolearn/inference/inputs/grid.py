"""Resample slices between the input's pixels and the square pixels of a model."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Array, Floats32
from napari_devolearn.exceptions import ImageFormatError, warn_caller

Shape2D = tuple[int, int]

_MOST_PIXELS = 2**28
"""Most pixels of a slice at the model's pixel size: 1 GiB of float32, or 4 times the pixels of the image."""

_MOST_TIMES = 30  # largest pixel, in pixels of the model: at 5 to 6 um a nucleus is a single pixel
_FEWEST = 8  # model pixels along an image's longer side: fewer are smaller than any object

_Values = TypeVar("_Values", bound=np.generic)


def target_shape(shape: Shape2D, size: tuple[float, float], pixel_size: float) -> Shape2D:
    """Shape, (Y, X), of a slice after resampling to square pixels, at least 1 each.

    `shape`, `size`: of the input, (Y, X) in pixels and pixel size in um.
    `pixel_size`: edge of the square pixel, in um.
    Raises ImageFormatError if the pixel size is implausible: a slice would need gigabytes.
    """
    (rows, columns), (dy, dx) = shape, size
    height, width = (n * s / pixel_size for n, s in zip(shape, size, strict=True))
    most = max(_MOST_PIXELS, 4 * rows * columns)
    if not (max(size) <= _MOST_TIMES * pixel_size and height * width <= most):
        raise ImageFormatError(
            f"pixels of {dy:g} x {dx:g} um (Y x X) are implausible: the model uses pixels of "
            f"{pixel_size:g} um, and a slice of {rows} x {columns} would become {height:.0f} x {width:.0f} "
            f"({4 * height * width / 1e9:,.3g} GB); give the voxel size in "
            "um (--voxel-size Z,Y,X, in Python voxel_size=)"
        )
    return max(1, round(height)), max(1, round(width))


def check_scale(name: str, shape: Shape2D, size: tuple[float, float], pixel_size: float) -> None:
    """Check a voxel size before anything is allocated; warn if the image is smaller than an object.

    `name`: of the image, for the message.
    `shape`, `size`: of its slices, (Y, X) in pixels and pixel size in um.
    `pixel_size`: of the model, in um.
    Raises ImageFormatError if a slice would need gigabytes.
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


def resample_image(plane: Array, shape: Shape2D) -> Floats32:
    """Resample intensities or probabilities, (Y, X) or (C, Y, X), linearly with antialiasing."""
    import torch
    from torch.nn.functional import interpolate

    values = np.require(plane, np.float32, ["C", "W"])  # torch takes no read-only arrays
    if values.shape[-2:] == shape:
        return values
    batch = torch.from_numpy(values.reshape(1, -1, *values.shape[-2:]))
    # align_corners=False: pixels are areas, so that the outer edges of both grids coincide
    resampled = interpolate(batch, size=shape, mode="bilinear", align_corners=False, antialias=True)
    return np.asarray(resampled.numpy().reshape(*values.shape[:-2], *shape))


def resample_labels(plane: npt.NDArray[_Values], shape: Shape2D) -> npt.NDArray[_Values]:
    """Resample labels, (Y, X), by nearest neighbour: no new value appears."""
    rows, columns = (
        np.minimum(((np.arange(new) + 0.5) * old / new).astype(int), old - 1)
        for new, old in zip(shape, plane.shape, strict=True)
    )
    return plane[np.ix_(rows, columns)]


def mirrored(length: int, stride: int) -> npt.NDArray[np.intp]:
    """Indices along an axis, mirrored at its end up to the next multiple of a stride."""
    return np.pad(np.arange(length), (0, -length % stride), mode="reflect" if length > 1 else "edge")
