"""Open tables of run-length masks as layers: the images next to them, and labels."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from napari_devolearn.io.core.layer_attributes import layer_attributes
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.rle.kaggle import is_kaggle_table
from napari_devolearn.plugin.layers import LayerData

PATTERNS = ("train.csv", "*.rle.csv", "*.coco.json")


def is_rle_table(path: Path) -> bool:
    """Whether a file has run-length masks, by its name and the first line of a table."""
    name = path.name.lower()
    if name.endswith(".coco.json"):
        return path.is_file()
    return (name == "train.csv" or name.endswith(".rle.csv")) and is_kaggle_table(path)


def read_rle_table(path: Path) -> Iterator[LayerData]:
    """Yield images and labels of a table, one pair of layers for each image size.

    Raises
    ------
    RLEFormatError
        If the table breaks its format or contradicts its images.
    """
    from napari_devolearn.io.rle.masked_image import by_shape, labels_of
    from napari_devolearn.io.rle.rle_file import read_rle
    from napari_devolearn.io.rle_images import find_pictures, pictures_of

    images = read_rle(path)
    found, groups = find_pictures(path, images), by_shape(images)
    for group in groups:
        size = f" {group[0].shape[0]} x {group[0].shape[1]}" if len(groups) > 1 else ""
        names = [image.id for image in group]
        if found.keys() & set(names):
            yield _layer(pictures_of(group, found, path), names, size, "image")
        yield _layer(labels_of(group, path), names, size, "labels")


def _layer(stack: Stack, names: list[str], size: str, kind: str) -> LayerData:
    attributes: dict[str, Any] = layer_attributes(stack)
    attributes["name"] += size
    attributes["metadata"]["devolearn"]["images"] = names
    return stack.data, attributes, kind
