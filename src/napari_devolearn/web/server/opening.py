"""Open an uploaded file of any supported kind."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import AxesError, ImageFormatError, warn_caller
from napari_devolearn.io.core.border import reading
from napari_devolearn.io.core.image_file import ImageFile
from napari_devolearn.io.core.lazy import lazy_frames
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.image import channels, open_image, read_image
from napari_devolearn.io.ome_zarr.reader import is_zarr
from napari_devolearn.io.pictures.movie_file import MOVIE_SUFFIXES, MovieFile
from napari_devolearn.io.pictures.picture import PICTURE_SUFFIXES, read_colours, to_grey


class Opened(NamedTuple):
    """An opened file, with the number of its channels and its axes."""

    stack: Stack
    channels: int = 1
    axes: str = ""


def open_upload(path: Path, channel: int = 0, axes: str = "", *, colours: bool = False) -> Opened:
    """Open a file of any supported kind; pixels are not read yet.

    `path`: a tif stack, a picture, a movie, an OME-Zarr, or a folder with one file per frame.
    `channel`: of a tif with several.
    `axes`: of a tif, as for `read_image`; "" for those of the header.
    `colours`: convert RGB to greyscale; otherwise use the channel that shows nuclei.
    Raises ImageFormatError if the kind is not supported, or the file is damaged.
    """
    if path.is_dir() and not is_zarr(path):
        inside = list(path.iterdir())
        if len(inside) == 1 and (inside[0].is_file() or is_zarr(inside[0])):
            return open_upload(inside[0], channel, axes, colours=colours)
        return Opened(read_image(inside))  # frames in the order of their names
    suffix = path.suffix.lower()
    if suffix in MOVIE_SUFFIXES:
        return _open_movie(path)
    if suffix in PICTURE_SUFFIXES:
        return _open_picture(path, colours=colours)
    file = _open_image(path, axes, colours=colours)
    if not 0 <= channel < file.channels:
        raise ImageFormatError(f"{path}: no channel {channel + 1}; choose one of 1 to {file.channels}")
    return Opened(list(channels(file))[channel], file.channels, file.axes)


def _open_movie(path: Path) -> Opened:
    from napari_devolearn.inference.counting.projections import nuclei_channel

    movie = MovieFile(path)
    t, y, x, _ = movie.shape
    return _planes(path, lambda t: nuclei_channel(movie.read(t)), (t, y, x), np.uint8)


def _open_picture(path: Path, *, colours: bool) -> Opened:
    from PIL import Image

    from napari_devolearn.inference.counting.projections import nuclei_channel

    Image.MAX_IMAGE_PIXELS = None  # the size is checked below, with our own message
    with reading(path), Image.open(path) as picture:
        grey, width, height = picture.mode[0] in "1LIF", picture.width, picture.height
        dtype = np.float32 if picture.mode[0] in "IF" else np.uint8

    def read(_: int) -> npt.NDArray[Any]:
        pixels = read_colours(path)
        return to_grey(pixels) if colours and pixels.ndim == 3 else nuclei_channel(pixels)

    if not grey and not colours:
        warn_caller("RGB image: the channel that shows nuclei best is used.")
    return _planes(path, read, (1, height, width), dtype)


def _planes(
    path: Path, read: Callable[[int], npt.NDArray[Any]], shape: tuple[int, int, int], dtype: npt.DTypeLike
) -> Opened:
    """A movie (T, Y, X) without a calibration, of which `read` decodes a frame (Y, X)."""
    t, y, x = shape
    data = lazy_frames(lambda t: read(t)[None], (t, 1, y, x), np.dtype(dtype))
    return Opened(Stack(data=data, name=path.name, source=path, frames=tuple(range(t))))


def _open_image(path: Path, axes: str, *, colours: bool) -> ImageFile:
    """Open a file; planes of unknown axes become slices, until the visitor names the axes."""
    try:
        return open_image(path, axes=axes or None, colours=colours)
    except AxesError as error:
        if axes:
            raise
        warn_caller(f"{error}; until then they are shown as slices")
        return open_image(path, axes="Z")
