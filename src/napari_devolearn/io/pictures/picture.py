"""Read PNG and JPEG files as one greyscale slice."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.border import reading
from napari_devolearn.io.core.image_file import ImageFile

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg")
"""In lower case."""

_DTYPES = {"1": "?", "L": "u1", "I;16": "u2", "I;16B": "u2", "I": "i4", "F": "f4"}
"""NumPy data type of each greyscale mode of Pillow."""

_REMEDY = "copy it again or save it again, an image of more than 179 million pixels as a tif"
"""Pillow's ``MAX_IMAGE_PIXELS`` is 89 million; it raises from twice that on."""


def open_picture(path: Path) -> ImageFile:
    """Read the header of a PNG or JPEG file; raises ImageFormatError if it is damaged or not greyscale."""
    from PIL import Image

    with reading(path, remedy=_REMEDY), Image.open(path) as picture:
        if picture.mode not in _DTYPES:
            raise ImageFormatError(f"{path}: is {picture.mode}, not greyscale; convert it to greyscale first")
        return ImageFile(
            path=path,
            shape=(1, 1, picture.height, picture.width),
            dtype=np.dtype(_DTYPES[picture.mode]),
            read=partial(_read, path),
        )


def is_grey_picture(path: Path) -> bool:
    """Whether a PNG or JPEG file is greyscale."""
    from PIL import Image

    with Image.open(path) as picture:
        return picture.mode in _DTYPES


def read_colours(path: Path) -> npt.NDArray[Any]:
    """Read a PNG or JPEG file: (Y, X) if it is greyscale, otherwise RGB (Y, X, 3)."""
    from PIL import Image

    with reading(path, remedy=_REMEDY), Image.open(path) as picture:
        if picture.mode in _DTYPES:
            return np.asarray(picture, dtype=_DTYPES[picture.mode])
        return np.asarray(picture.convert("RGB"))


def _read(path: Path, t: int, channel: int) -> npt.NDArray[Any]:  # noqa: ARG001
    from PIL import Image

    with reading(path, remedy=_REMEDY), Image.open(path) as picture:
        return np.asarray(picture, dtype=_DTYPES[picture.mode])[None]
