"""Projections: the frames of any input as greyscale maximum projections, read one by one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Array, Floats32
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.inference.inputs.normalise import in_float32
from napari_devolearn.inference.inputs.opening import check_pixels
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.image import read_image
from napari_devolearn.io.pictures.movie_file import MOVIE_SUFFIXES, MovieFile
from napari_devolearn.io.pictures.picture import PICTURE_SUFFIXES, read_colours

Plane = Floats32

_FAINT = 0.25  # of the strongest channel's contrast: below it, green does not show the nuclei


def nuclei_channel(image: Array) -> Plane:
    """The channel, (Y, X), that shows the nuclei in a greyscale, RGB or RGBA image, (Y, X) or (Y, X, 3 or 4).

    Green, the usual channel of histone markers; the channel with the highest contrast if green shows almost
    nothing.
    """
    if image.ndim == 2:
        return np.asarray(image, np.float32)
    colours = np.asarray(image[..., :3], np.float32)
    low, high = np.percentile(colours[::2, ::2].reshape(-1, 3), (50, 99.8), axis=0)
    contrast = high - low
    channel = 1 if contrast[1] >= _FAINT * contrast.max() else int(contrast.argmax())
    return np.ascontiguousarray(colours[..., channel])


@dataclass(frozen=True)
class Projections:
    """Frames of an embryo, read and projected on request; also a lazy array (T, 1, Y, X).

    `read_frame`: takes the index of a frame, returns an ndarray (Y, X), or (Y, X, 3 or 4) in RGB.
    `name`: for messages.
    `missing`: indices of frames without an image.
    """

    count: int
    read_frame: Callable[[int], npt.NDArray[Any]]
    name: str
    missing: frozenset[int] = frozenset()
    dtype = np.dtype(np.float32)

    @cached_property
    def shape(self) -> tuple[int, ...]:
        """(T, 1, Y, X), as the data of a stack; reads the first frame."""
        return self.count, 1, *self.read(0).shape

    def __getitem__(self, t: int) -> Plane:
        return self.read(t)[None]

    def __len__(self) -> int:
        return self.count

    def __iter__(self) -> Iterator[Plane]:
        return map(self.read, range(self.count))

    def read(self, t: int, grey: Callable[[npt.NDArray[Any]], Plane] = nuclei_channel) -> Plane:
        """Read a frame, converted to a plane (Y, X) by `grey`.

        Raises ImageFormatError if it cannot be read, contains NaN or infinity, or is too small for an embryo.
        """
        plane = grey(in_float32(self.read_frame(t)))
        if not np.isfinite(plane).all():
            raise ImageFormatError(
                f"{self.name}: frame {t}: some pixels are NaN or infinite; replace them first "
                "(numpy.nan_to_num)"
            )
        if min(plane.shape) < 8:
            raise ImageFormatError(
                f"{self.name}: frame {t}: {plane.shape} pixels are too few for an embryo; pass a larger image"
            )
        return plane


def as_projections(image: Any) -> Projections:
    """Open an image, a movie or a movie of volumes from a file or an array.

    `image`: path, Stack, Projections or array-like: (Y, X) or (Y, X, 3) for one image, (T, Y, X) or (T, Y, X,
    3) for a movie, (T, Z, Y, X) for volumes, which are projected; a movie file, or a file or folder for
    `read_image`.
    Raises ImageFormatError if the image cannot be read, is empty, or has another shape.
    """
    if isinstance(image, Projections):
        return image
    if isinstance(image, str | Path):
        path, suffix = Path(image), Path(image).suffix.lower()
        if suffix in MOVIE_SUFFIXES:
            movie = MovieFile(path)
            return Projections(len(movie), movie.read, str(path))
        if suffix in PICTURE_SUFFIXES:
            return Projections(1, lambda _: read_colours(path), str(path))
        image = read_image(path)
    if isinstance(image, Stack):
        missing = frozenset(t for t, frame in enumerate(image.frames) if frame in image.missing)
        return _from_volumes(image.data, str(image.source), missing)
    return _from_array(image if hasattr(image, "shape") else np.asarray(image))


def _from_volumes(data: Any, name: str, missing: frozenset[int] = frozenset()) -> Projections:
    return Projections(data.shape[0], lambda t: np.asarray(data[t]).max(axis=0), name, missing)


def _from_array(data: Any) -> Projections:
    shape = tuple(data.shape)
    where = check_pixels(shape, np.dtype(data.dtype))
    colours = len(shape) > 2 and shape[-1] in (3, 4) and shape[-2] > 4
    if len(shape) - colours == 2:
        return Projections(1, lambda _: np.asarray(data), where)
    if len(shape) - colours == 3:
        return Projections(shape[0], lambda t: np.asarray(data[t]), where)
    if len(shape) == 4:
        return _from_volumes(data, where)
    raise ImageFormatError(f"{where}: give (Y, X), (T, Y, X) or (T, Z, Y, X), or colours (T, Y, X, 3)")
