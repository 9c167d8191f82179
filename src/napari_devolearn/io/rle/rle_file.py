"""Read and write run-length masks by file suffix: Kaggle's table (.csv) or COCO JSON (.json)."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from napari_devolearn.io.rle.coco import read_coco, write_coco
from napari_devolearn.io.rle.kaggle import read_kaggle, write_kaggle
from napari_devolearn.io.rle.masked_image import MaskedImage

SUFFIXES = (".csv", ".json")


def is_rle_name(path: Path) -> bool:
    """Whether a file has the suffix of run-length masks."""
    return path.suffix.lower() in SUFFIXES


def read_rle(path: Path) -> list[MaskedImage]:
    """Read the objects of each image, as `read_coco` and `read_kaggle`."""
    return read_coco(path) if path.suffix.lower() == ".json" else read_kaggle(path)


def write_rle(
    path: Path,
    images: Iterable[MaskedImage],
    *,
    cell_type: str = "",
    compressed: bool = True,
    overwrite: bool = False,
) -> int:
    """Write the objects of each image, as `write_coco` and `write_kaggle`; returns their number."""
    if path.suffix.lower() == ".json":
        return write_coco(path, images, compressed=compressed, overwrite=overwrite)
    return write_kaggle(path, images, cell_type=cell_type, overwrite=overwrite)
