"""The slices of ``nuclei_ctc_slices`` as square-pixel images, split by whole windows of time."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError

Window = tuple[int, int]


@dataclass(frozen=True)
class Slice:
    """One image and its truth at the model's pixel size.

    Parameters
    ----------
    time : int
        Frame of the movie.
    image : ndarray, (Y, X), float32
    mask : ndarray, (Y, X), uint8
        1 in a nucleus.
    """

    time: int
    image: npt.NDArray[np.float32]
    mask: npt.NDArray[np.uint8]


def in_windows(time: int, windows: tuple[Window, ...]) -> bool:
    """Whether a frame lies in one of the half-open windows of time."""
    return any(first <= time < end for first, end in windows)


def read_slices(folder: Path, pixel_size: float, source_size: tuple[float, float]) -> list[Slice]:
    """Read every slice that ``index.csv`` lists, resampled to square pixels.

    Parameters
    ----------
    folder : Path
        Holds ``index.csv`` (file, t, ...), ``images/`` and ``labels/`` with the same names.
    pixel_size : float
        Edge of the square pixel wanted, in um.
    source_size : tuple of float
        Pixel size of the files in um, (Y, X).

    Returns
    -------
    list of Slice

    Raises
    ------
    ImageFormatError
        If a file of the index is missing or an image and its labels differ in shape.
    """
    index = folder / "index.csv"
    if not index.is_file():
        raise ImageFormatError(f"{index}: not found; pass the folder of the slices")
    with index.open(newline="") as lines:
        rows = list(csv.DictReader(lines))
    return [_read_slice(folder, row["file"], int(row["t"]), pixel_size, source_size) for row in rows]


def _read_slice(
    folder: Path, name: str, time: int, pixel_size: float, source_size: tuple[float, float]
) -> Slice:
    from skimage.io import imread

    from napari_devolearn.inference.grid import resample_image, resample_labels, target_shape

    image, labels = imread(folder / "images" / name), imread(folder / "labels" / name)
    if image.shape != labels.shape:
        raise ImageFormatError(
            f"{folder}: {name}: image {image.shape} and labels {labels.shape} differ in shape"
        )
    shape = target_shape(image.shape, source_size, pixel_size)
    mask = resample_labels((labels > 0).astype(np.uint8), shape)
    return Slice(time, resample_image(image, shape), mask)
