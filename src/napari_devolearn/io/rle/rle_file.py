"""Read and write run-length masks by the suffix: a table (.csv) or COCO's JSON."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from napari_devolearn.io.rle.coco import read_coco, write_coco
from napari_devolearn.io.rle.kaggle import read_kaggle, write_kaggle
from napari_devolearn.io.rle.masked_image import MaskedImage

SUFFIXES = (".csv", ".json")


def is_rle_name(path: Path) -> bool:
    """Whether a name is that of such a file."""
    return path.suffix.lower() in SUFFIXES


def read_rle(path: Path) -> list[MaskedImage]:
    """Read the objects of each image.

    Parameters
    ----------
    path : Path
        ``.csv`` as of Kaggle's Sartorius competition, or ``.json`` as of COCO.

    Returns
    -------
    list of MaskedImage
        In the order of their names.

    Raises
    ------
    RLEFormatError
        If the file breaks its format.
    FileNotFoundError
        If it is missing.
    """
    return read_coco(path) if path.suffix.lower() == ".json" else read_kaggle(path)


def write_rle(
    path: Path,
    images: Iterable[MaskedImage],
    *,
    cell_type: str = "",
    compressed: bool = True,
    overwrite: bool = False,
) -> int:
    """Write the objects of each image, completely or not at all.

    Parameters
    ----------
    path : Path
        ``.csv`` or ``.json``.
    images : iterable of MaskedImage
    cell_type : str
        A column of the table.
    compressed : bool
        Of the JSON.
    overwrite : bool
        Replace an existing file.

    Returns
    -------
    int
        Objects.

    Raises
    ------
    RLEFormatError, OutputExistsError, OutputError
        As `write_coco` and `write_kaggle`.
    """
    if path.suffix.lower() == ".json":
        return write_coco(path, images, compressed=compressed, overwrite=overwrite)
    return write_kaggle(path, images, cell_type=cell_type, overwrite=overwrite)
