"""Open the images of a table of run-length masks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import RLEFormatError, warn_caller
from napari_devolearn.io.core.image_file import ImageFile
from napari_devolearn.io.core.lazy import lazy_frames
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.image import open_image
from napari_devolearn.io.rle.masked_image import MaskedImage

SUFFIXES = (".png", ".tif", ".tiff", ".jpg", ".jpeg")
_MOST_NAMED = 3


def find_pictures(table: Path, images: Sequence[MaskedImage]) -> dict[str, Path]:
    """Find the file of each image: in a folder named like the table (``train/``), ``images/``, or next to it.

    Warns about missing ones.
    """
    folders = [table.parent / table.stem, table.parent / "images", table.parent]
    found: dict[str, Path] = {}
    for image in images:
        places = (folder / f"{image.id}{suffix}" for folder in folders for suffix in SUFFIXES)
        if place := next((path for path in places if path.is_file()), None):
            found[image.id] = place
    if lost := [image.id for image in images if image.id not in found]:
        named = ", ".join(lost[:_MOST_NAMED]) + (" .." if len(lost) > _MOST_NAMED else "")
        warn_caller(
            f"{table}: no image file for {len(lost)} of {len(images)} images ({named}); only their objects "
            f"are shown; put the files into {folders[0].name}/ next to the table"
        )
    return found


def pictures_of(images: Sequence[MaskedImage], found: Mapping[str, Path], source: Path) -> Stack:
    """Stack images of one size (T, 1, Y, X) in greyscale, one per time point; missing ones are black.

    `found` is from `find_pictures` and has at least one of the images; `source` is the table. Raises
    RLEFormatError if an image differs in size from the table; ImageFormatError if an image cannot be read.
    """
    files = {image.id: _open(found[image.id], image) for image in images if image.id in found}
    shape, dtype = images[0].shape, np.result_type(*(file.dtype for file in files.values()))

    def read(t: int) -> npt.NDArray[Any]:
        file = files.get(images[t].id)
        return np.zeros((1, *shape), dtype) if file is None else file.read(0, 0).astype(dtype, copy=False)

    return Stack(
        data=lazy_frames(read, (len(images), 1, *shape), dtype),
        name=source.stem,
        source=source,
        frames=tuple(range(len(images))),
    )


def _open(path: Path, image: MaskedImage) -> ImageFile:
    file = open_image(path, volume=True, colours=True)
    if file.shape != (1, 1, *image.shape) or file.channels > 1:
        sizes = [" x ".join(map(str, size)) for size in (file.shape[-2:], image.shape)]
        raise RLEFormatError(
            f"{path}: is {sizes[0]} pixels (Y x X), but {sizes[1]} in its table; use the matching image"
        )
    return file
