from __future__ import annotations

from itertools import product
from pathlib import Path

import numpy as np
import pytest
import zarr

from helpers.files.zarr_files import create_pyramid
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.image import read_image
from napari_devolearn.plugin.reader import get_reader


def image_with_labels(path: Path) -> Path:
    """A movie (2, 3, 8, 9) of (1, 0.5, 0.5) um with labels ``cells`` inside."""
    shape, size = (2, 3, 8, 9), (1.0, 0.5, 0.5)
    image = create_pyramid(path, "movie", shape, np.uint8, voxel_size=size, labels=False)
    zarr.create_group(str(path / "labels"), attributes={"ome": {"version": "0.5", "labels": ["cells"]}})
    labels = create_pyramid(
        path / "labels" / "cells", "cells", shape, np.uint32, voxel_size=size, offset=(0, 2, 4)
    )
    for made, t in product((image, labels), range(2)):
        made.write(t, np.zeros(shape[1:], np.uint8))
    return path


def test_an_image_opens_with_its_labels(tmp_path: Path) -> None:
    path = str(image_with_labels(tmp_path / "movie.ome.zarr"))
    layers = get_reader(path)(path)
    assert [(attributes["name"], kind) for _, attributes, kind in layers] == [
        ("movie", "image"),
        ("cells", "labels"),
    ]
    for data, attributes, _ in layers:
        assert data.shape == (2, 3, 8, 9)
        assert attributes["scale"] == (1.0, 1.0, 0.5, 0.5)
    assert [attributes["translate"] for _, attributes, _ in layers] == [(0, 0, 0, 0), (0, 0, 1, 2)]


def test_a_label_image_alone_opens_as_labels(tmp_path: Path) -> None:
    path = str(image_with_labels(tmp_path / "movie.ome.zarr") / "labels" / "cells")
    ((_, _, kind),) = get_reader(path)(path)
    assert kind == "labels"


def test_all_images_of_a_container_open_and_the_first_is_shown(tmp_path: Path) -> None:
    container = tmp_path / "two.zarr"
    zarr.create_group(str(container), attributes={"bioformats2raw.layout": 3}, zarr_format=2)
    for series in ("0", "1"):
        made = create_pyramid(container / series, "", (1, 1, 8, 9), np.uint8, labels=False, zarr_format=2)
        made.write(0, np.full((1, 8, 9), int(series), np.uint8))
    path = str(container)
    layers = get_reader(path)(path)
    assert [(a["name"], a["visible"], int(np.asarray(data).max())) for data, a, _ in layers] == [
        ("two 0", True, 0),
        ("two 1", False, 1),
    ]
    with pytest.warns(
        UserWarning, match="has 2 images; only 0 is opened; for another one, choose its folder: 1"
    ):
        assert read_image(container).shape == (1, 1, 8, 9)


def test_a_zarr_without_an_image_is_left_to_other_readers(tmp_path: Path) -> None:
    zarr.create_group(str(tmp_path / "numbers.zarr"))
    assert get_reader(str(tmp_path / "numbers.zarr")) is None


def test_an_image_of_a_container_is_chosen_by_its_number(tmp_path: Path) -> None:
    container = tmp_path / "c.zarr"
    zarr.create_group(str(container), attributes={"bioformats2raw.layout": 3})
    for series in ("0", "1"):
        made = create_pyramid(container / series, "", (1, 1, 8, 9), np.uint8, labels=False, zarr_format=2)
        made.write(0, np.full((1, 8, 9), int(series), np.uint8))
    with pytest.warns(UserWarning, match="has 2 images; only 0 is opened; .* or --series 1"):
        assert not np.asarray(read_image(container).data).any()
    assert np.asarray(read_image(container, series=1).data).all()
    with pytest.raises(ImageFormatError, match="has no image 2, but 0 0, 1 1"):
        read_image(container, series=2)
