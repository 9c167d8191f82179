"""Read PNG and JPEG files; convert RGB images, such as from bright-field cameras, to greyscale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.border import reading
from napari_devolearn.io.core.image_file import ImageFile
from napari_devolearn.io.core.tif_names import is_tif_name
from napari_devolearn.io.tiff.promise import COLOURS

PICTURE_SUFFIXES = (".png", ".jpg", ".jpeg")
"""In lower case."""

LUMA = (0.299, 0.587, 0.114)
"""Share of red, green and blue in grey: ITU-R BT.601, section 2.5.1."""

_DTYPES = {"1": "?", "L": "u1", "I;16": "u2", "I;16B": "u2", "I": "i4", "F": "f4"}
"""NumPy data type of each greyscale mode of Pillow."""

_REMEDY = "copy it again or save it again, an image of more than 179 million pixels as a tif"
"""Pillow's ``MAX_IMAGE_PIXELS`` is 89 million; it raises from twice that on."""

_JPEG_START = b"\xff\xd8\xff"
_JPEG_IN_TIFF = (6, 7)  # values of the tag Compression: TIFF 6.0, section 22, and its Technical Note 2


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
            read=lambda t, channel: read_colours(path)[None],  # noqa: ARG005
        )


def read_colours(path: Path) -> npt.NDArray[Any]:
    """Read a PNG or JPEG file: (Y, X) if it is greyscale, otherwise RGB (Y, X, 3)."""
    from PIL import Image

    with reading(path, remedy=_REMEDY), Image.open(path) as picture:
        if picture.mode in _DTYPES:
            return np.asarray(picture, dtype=_DTYPES[picture.mode])
        return np.asarray(picture.convert("RGB"))


def to_grey(colours: Any) -> Any:
    """Convert RGB or RGBA (.., 3 or 4) to greyscale (..), float32, by luma weights; lazy arrays stay lazy."""
    red, green, blue = (colours[..., k].astype(np.float32) * np.float32(LUMA[k]) for k in range(3))
    return red + green + blue


def is_coloured(path: Path) -> bool:
    """Whether a file is an RGB image: PNG, JPEG or tif; never raises."""
    import tifffile
    from PIL import Image

    try:
        if path.suffix.lower() in PICTURE_SUFFIXES:
            with Image.open(path) as picture:
                return picture.mode not in _DTYPES
        if not is_tif_name(path.name):
            return False
        with tifffile.TiffFile(path) as tif:
            series = tif.series[0]
            samples = series.shape[-1] if series.axes == "YXS" else 1
            return bool(samples in (3, 4) and series.keyframe.photometric in COLOURS)
    except Exception:  # noqa: BLE001 - a parser raises anything
        return False  # opening it gives the error


def open_coloured(path: Path) -> ImageFile:
    """Open an RGB image (see `is_coloured`) as one greyscale slice, float32."""
    import tifffile

    with reading(path):
        grey = to_grey(tifffile.imread(path) if is_tif_name(path.name) else read_colours(path))
    return ImageFile(
        path=path,
        shape=(1, 1, *grey.shape),
        dtype=grey.dtype,
        read=lambda t, channel: grey[None],  # noqa: ARG005
    )


def is_jpeg(path: Path) -> bool:
    """Whether a file is a JPEG, whatever its name, or a tif with JPEG compression, which changes pixels."""
    with reading(path):
        with path.open("rb") as file:
            if file.read(len(_JPEG_START)) == _JPEG_START:
                return True
        if not is_tif_name(path.name):
            return False
        import tifffile

        with tifffile.TiffFile(path) as tif:
            return tif.pages.first.compression in _JPEG_IN_TIFF
