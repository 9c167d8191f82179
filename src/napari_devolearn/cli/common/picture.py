"""Draw the outlines of labels over an image."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

_COLOURS = np.array(
    [
        *((230, 159, 0), (86, 180, 233), (0, 158, 115), (240, 228, 66)),
        *((213, 94, 0), (204, 121, 167), (120, 140, 255)),
    ],
    np.uint8,
)
"""Colours that colour-blind people can tell apart: Okabe and Ito (2008), "Color Universal Design".

Their dark blue (0, 114, 178) is lightened to be visible on black.
"""


def overlay(
    image: npt.NDArray[np.generic], labels: npt.NDArray[np.integer], *, enlarge: int = 1
) -> npt.NDArray[np.uint8]:
    """Draw the outlines of a volume's labels over its maximum projection.

    `image`: (Z, Y, X), real; `labels`: (Z, Y, X), integer. Where labels overlap along Z, the highest number
    is drawn.
    `enlarge`: magnification of each pixel, for thin outlines.
    Returns (Y * enlarge, X * enlarge, 3), uint8.
    """
    from skimage.segmentation import find_boundaries

    flat = np.asarray(image, np.float32).max(axis=0)
    low, high = np.percentile(flat, (1, 99.8))
    grey = np.clip((flat - low) / max(high - low, 1e-6) * 255, 0, 255).astype(np.uint8)
    picture = np.repeat(_enlarged(grey, enlarge)[..., None], 3, axis=2)
    projected = _enlarged(labels.max(axis=0), enlarge)
    edge = find_boundaries(projected, mode="inner")  # of pixels above, below, left or right
    picture[edge] = _COLOURS[projected[edge] % len(_COLOURS)]
    return picture


def write_png(path: Path, picture: npt.NDArray[np.uint8]) -> None:
    """Write a PNG, (Y, X, 3) uint8, completely or not at all; an existing file is replaced."""
    import imagecodecs

    from napari_devolearn.io.writing.atomic import atomic_file

    with atomic_file(path, overwrite=True) as stage:
        stage.write_bytes(imagecodecs.png_encode(picture))


def _enlarged(plane: npt.NDArray[Any], factor: int) -> npt.NDArray[Any]:
    return plane.repeat(factor, axis=0).repeat(factor, axis=1)
