"""Open movies, tables of run-length masks and OME-Zarr as layers."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from napari_devolearn.io.core.stack import Stack, layer_attributes
from napari_devolearn.io.rle.kaggle import is_kaggle_table
from napari_devolearn.plugin.layers import LayerData, image_layer, labels_layer


def is_movie(path: Path) -> bool:
    """Whether a path is a file with the suffix of a movie."""
    from napari_devolearn.io.pictures.movie_file import MOVIE_SUFFIXES

    return path.suffix.lower() in MOVIE_SUFFIXES and path.is_file()


def read_movie(path: Path) -> LayerData:
    """Open a movie as an RGB Image layer (T, Y, X), in pixels and frames; frames are decoded on demand.

    Raises ImageFormatError if the file is not a movie, or has no video stream.
    """
    from napari_devolearn.io.core.lazy import lazy_frames
    from napari_devolearn.io.pictures.movie_file import MovieFile

    movie = MovieFile(path)
    attributes = {
        "name": path.stem,
        "rgb": True,
        "axis_labels": ("t", "y", "x"),
        "units": ("pixel",) * 3,
        "metadata": {"devolearn": {"frames": tuple(range(len(movie))), "source": str(path)}},
    }
    return lazy_frames(movie.read, movie.shape, np.dtype(np.uint8)), attributes, "image"


def is_rle_table(path: Path) -> bool:
    """Whether a file has run-length masks, by its name and the first line of a table."""
    name = path.name.lower()
    if name.endswith(".coco.json"):
        return path.is_file()
    return (name == "train.csv" or name.endswith(".rle.csv")) and is_kaggle_table(path)


def read_rle_table(path: Path) -> Iterator[LayerData]:
    """Yield images and labels of a table, one pair of layers for each image size.

    Raises RLEFormatError if the table breaks its format or contradicts its images.
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
            yield _rle_layer(pictures_of(group, found, path), names, size, "image")
        yield _rle_layer(labels_of(group, path), names, size, "labels")


def _rle_layer(stack: Stack, names: list[str], size: str, kind: str) -> LayerData:
    attributes: dict[str, Any] = layer_attributes(stack)
    attributes["name"] += size
    attributes["metadata"]["devolearn"]["images"] = names
    return stack.data, attributes, kind


def read_ome_zarr(path: Path) -> Iterator[LayerData]:
    """Yield layers of all images of an OME-Zarr, one per channel and label image; only metadata are read.

    Raises ImageFormatError if it cannot be opened.
    """
    from napari_devolearn.io.ome_zarr.reader import image_groups

    groups = image_groups(path)
    for place, group in enumerate(groups):
        for data, attributes, kind in _zarr_layers(group):
            if len(groups) > 1:
                # images of one container overlap in the viewer, so only the first is visible
                attributes |= {"name": f"{path.stem} {attributes['name']}", "visible": place == 0}
            yield data, attributes, kind


def _zarr_layers(path: Path) -> Iterator[LayerData]:
    from napari_devolearn.io.ctc.masks import labels_in_file
    from napari_devolearn.io.image import channels, open_image
    from napari_devolearn.io.ome_zarr.reader import (
        holds_only_labels,
        is_label_image,
        label_groups,
        open_ome_zarr,
    )

    if is_label_image(path):
        yield labels_layer(labels_in_file(open_ome_zarr(path)))
        return
    if not holds_only_labels(path):
        file = open_image(path)
        for stack in channels(file):
            data, attributes, kind = image_layer(stack)
            yield data, attributes | ({"blending": "additive"} if file.channels > 1 else {}), kind
    for group in label_groups(path):
        yield labels_layer(labels_in_file(open_ome_zarr(group)))
