"""Open any input image: as a movie for a model, or as a stack of frames."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from napari_devolearn.exceptions import ImageFormatError, warn_caller
from napari_devolearn.inference.inputs.grid import check_scale
from napari_devolearn.inference.inputs.movie import Movie
from napari_devolearn.io.core.calibration import check_voxel_size
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.image import read_image
from napari_devolearn.io.pictures.picture import to_grey
from napari_devolearn.models.spec import ModelSpec

DefaultSize = float | Callable[[tuple[int, int]], float]
"""Edge of the voxel if unknown, in um, or a function of the image's (Y, X)."""


def as_movie(
    image: Any, voxel_size: Sequence[float] | None, default_size: DefaultSize, *, colours: bool = False
) -> Movie:
    """Convert an image to TZYX.

    `image`: path, Stack, Movie or array-like, (Y, X), (Z, Y, X) or (T, Z, Y, X), real; a Movie is returned
    unchanged.
    `voxel_size`: (Z, Y, X) or (Y, X) in um; None uses the stack's own.
    `default_size`: edge of the voxel if unknown, in um; a warning names it.
    `colours`: convert an array (Y, X, 3 or 4) from RGB to greyscale.
    Raises ImageFormatError if the array is empty, complex, RGB, or does not have 2 to 4 dimensions, or if the
    voxel size is not two or three positive numbers.
    """
    known, name = voxel_size, "image"
    if isinstance(image, Movie):
        return image
    if isinstance(image, Stack):
        name = str(image.source)
        known = voxel_size if voxel_size is not None else image.voxel_size
        image = image.data
    elif isinstance(image, str | Path):
        return _open_file(Path(image), voxel_size, default_size, colours)
    elif not hasattr(image, "shape"):
        image = np.asarray(image)
    if colours and len(image.shape) == 3 and image.shape[-1] in (3, 4) and image.shape[-2] > 4:
        image = to_grey(image)
    shape = tuple(image.shape)
    where = check_pixels(shape, np.dtype(image.dtype))
    if len(shape) not in (2, 3, 4):
        raise ImageFormatError(f"{where}: give (Y, X), (Z, Y, X) or (T, Z, Y, X)")
    if len(shape) > 2 and shape[-1] in (3, 4) and shape[-2] > 4:
        raise ImageFormatError(f"{where}: looks like RGB; pass one channel or a grey image")
    if known is None:
        edge = default_size(shape[-2:]) if callable(default_size) else default_size
        warn_caller(
            f"{name}: voxel size unknown: {edge:.4g} um is assumed for each axis; give --voxel-size Z,Y,X "
            "in um (in Python voxel_size=)"
        )
        known = (edge,) * 3
    data = image.reshape((1,) * (4 - len(shape)) + shape) if len(shape) < 4 else image
    return Movie(data, check_voxel_size(known), shape, name)


def open_movie(image: Any, voxel_size: Sequence[float] | None, spec: ModelSpec) -> Movie:
    """Open an image for a model, as `as_movie`; raises ImageFormatError if its pixel size is implausible."""
    if isinstance(image, Movie):
        return image
    movie = as_movie(image, voxel_size, spec.default_pixel_size, colours=spec.takes_colours)
    check_scale(movie.name, movie.shape[2:], movie.voxel_size[1:], spec.pixel_size)
    return movie


def as_stack(image: Any, voxel_size: Sequence[float] | None, spec: ModelSpec) -> Stack:
    """Convert a path, Stack or array to a Stack.

    The voxel size, (Z, Y, X) or (Y, X) in um, replaces that of the image; it may stay unknown.
    """
    if isinstance(image, str | Path):
        image = read_image(Path(image), colours=spec.takes_colours)
    known = check_voxel_size(voxel_size) if voxel_size is not None else None
    if isinstance(image, Stack):
        return dataclasses.replace(image, voxel_size=known) if known else image
    movie = as_movie(image, voxel_size or (1.0,) * 3, 1.0, colours=spec.takes_colours)
    frames = tuple(range(movie.shape[0]))
    return Stack(data=movie.data, name="image", source=Path("image"), voxel_size=known, frames=frames)


def _open_file(
    path: Path, voxel_size: Sequence[float] | None, default_size: DefaultSize, colours: bool
) -> Movie:
    movie = as_movie(read_image(path, colours=colours), voxel_size, default_size)
    while len(movie.input_shape) > 2 and movie.input_shape[0] == 1:
        movie.input_shape = movie.input_shape[1:]  # the file itself has no axes of length 1
    return movie


def check_pixels(shape: tuple[int, ...], dtype: np.dtype[np.generic]) -> str:
    """Refuse an array without pixels or real numbers; returns its description for other messages."""
    where = f"image of shape {shape} and type {dtype}"
    if 0 in shape:
        raise ImageFormatError(f"{where}: contains no pixels; pass an image that is not empty")
    if dtype.kind not in "buif":
        raise ImageFormatError(f"{where}: its values are not real numbers; pass the magnitude or one channel")
    return where
