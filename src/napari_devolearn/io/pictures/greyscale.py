"""Convert RGB images, such as from bright-field cameras, to greyscale."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.io.core.border import reading
from napari_devolearn.io.core.image_file import ImageFile
from napari_devolearn.io.core.tif_names import is_tif_name
from napari_devolearn.io.pictures.picture import PICTURE_SUFFIXES, is_grey_picture, read_colours

LUMA = (0.299, 0.587, 0.114)
"""Share of red, green and blue in grey: ITU-R BT.601, section 2.5.1."""


def to_grey(colours: Any) -> Any:
    """Convert RGB or RGBA (.., 3 or 4) to greyscale (..), float32, by luma weights; lazy arrays stay lazy."""
    red, green, blue = (colours[..., k].astype(np.float32) * np.float32(LUMA[k]) for k in range(3))
    return red + green + blue


def is_coloured(path: Path) -> bool:
    """Whether a file is an RGB image: PNG, JPEG or tif; never raises."""
    import tifffile

    try:
        if path.suffix.lower() in PICTURE_SUFFIXES:
            return not is_grey_picture(path)
        if not is_tif_name(path.name):
            return False
        with tifffile.TiffFile(path) as tif:
            series = tif.series[0]
            return bool(series.axes == "YXS" and series.shape[-1] in (3, 4))
    except Exception:  # noqa: BLE001 - a parser raises anything
        return False  # opening it gives the error


def open_coloured(path: Path) -> ImageFile:
    """Open an RGB image (see `is_coloured`) as one greyscale slice, float32."""
    grey = _read(path)

    def read(t: int, channel: int) -> npt.NDArray[Any]:  # noqa: ARG001
        return grey[None]

    return ImageFile(path=path, shape=(1, 1, *grey.shape), dtype=np.dtype(np.float32), read=read)


def _read(path: Path) -> npt.NDArray[np.float32]:
    import tifffile

    if not is_tif_name(path.name):
        return np.asarray(to_grey(read_colours(path)))
    with reading(path):
        return np.asarray(to_grey(tifffile.imread(path)))
