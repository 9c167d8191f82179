"""A dropped OME-Zarr becomes an image and its labels."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import zarr

from napari_devolearn.io.ome_zarr.pyramid import create_pyramid
from napari_devolearn.plugin.reader import get_reader


def image_with_labels(path: Path) -> Path:
    """A movie (2, 3, 8, 9) of (1, 0.5, 0.5) um with labels ``cells`` inside."""
    shape, size = (2, 3, 8, 9), (1.0, 0.5, 0.5)
    create_pyramid(path, "movie", shape, np.uint8, voxel_size=size, labels=False)
    zarr.create_group(str(path / "labels"), attributes={"ome": {"version": "0.5", "labels": ["cells"]}})
    create_pyramid(path / "labels" / "cells", "cells", shape, np.uint32, voxel_size=size)
    return path


def test_an_image_comes_with_the_labels_inside_it(tmp_path: Path) -> None:
    path = str(image_with_labels(tmp_path / "movie.ome.zarr"))
    layers = get_reader(path)(path)
    assert [(attributes["name"], kind) for _, attributes, kind in layers] == [
        ("movie", "image"),
        ("cells", "labels"),
    ]
    for data, attributes, _ in layers:
        assert data.shape == (2, 3, 8, 9)
        assert attributes["scale"] == (1.0, 1.0, 0.5, 0.5)


def test_a_label_image_alone_opens_as_labels(tmp_path: Path) -> None:
    path = str(image_with_labels(tmp_path / "movie.ome.zarr") / "labels" / "cells")
    ((_, _, kind),) = get_reader(path)(path)
    assert kind == "labels"


def test_a_zarr_without_an_image_is_left_to_others(tmp_path: Path) -> None:
    zarr.create_group(str(tmp_path / "numbers.zarr"))
    assert get_reader(str(tmp_path / "numbers.zarr")) is None
