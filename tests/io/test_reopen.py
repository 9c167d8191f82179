from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from ctc_folders import write_tif
from napari_devolearn.exceptions import AxesError
from napari_devolearn.io.reopen import axes_of, can_reopen, reopened_layer

PIXELS = np.arange(2 * 3 * 5 * 6 * 7, dtype=np.uint16).reshape(2, 3, 5, 6, 7)
SWAPPED = {"imagej": True, "metadata": {"axes": "TZYX", "unit": "um", "spacing": 2}, "resolution": (10, 10)}


def test_axes_are_said_and_tried(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", PIXELS[0], **SWAPPED)
    assert axes_of(path) == ("T3 Z5 Y X", 1, ())
    assert axes_of(str(path), "ZTYX").text == "Z3 T5 Y X"
    with pytest.raises(AxesError, match=r"a.tif: --axes T4,Z4 does not fit: there are 15 planes"):
        axes_of(path, "T4,Z4")


def test_a_layer_is_made_anew_with_its_name_scale_and_colormap(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", PIXELS[0], **SWAPPED)
    old = {
        "name": "mine", "colormap": "red", "scale": (1, 3, 0.2, 0.2), "units": ("pixel", "um", "um", "um"),
        "axis_labels": ("t", "z", "y", "x"), "metadata": {"other": 1}, "affine": np.eye(5),
    }  # fmt: skip
    data, attributes, kind = reopened_layer(str(path), "ZTYX", keep=old)
    np.testing.assert_array_equal(np.asarray(data), PIXELS[0].transpose(1, 0, 2, 3))
    assert kind == "image"
    assert (attributes["name"], attributes["colormap"], attributes["scale"]) == (
        "mine",
        "red",
        (1, 3, 0.2, 0.2),
    )
    assert attributes["metadata"]["other"] == 1
    assert attributes["metadata"]["devolearn"]["axes"] == "ZTYX"
    assert "affine" not in attributes


def test_the_same_channel_is_opened(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", PIXELS, metadata={"axes": "CTZYX"}, photometric="minisblack")
    data, attributes, _ = reopened_layer(path, "CZT", channel=1)
    np.testing.assert_array_equal(np.asarray(data), PIXELS[1].transpose(1, 0, 2, 3))
    assert attributes["metadata"]["devolearn"]["channel"] == 1


def test_only_tifs_that_are_there_can_be_opened_again(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", PIXELS[0])
    assert can_reopen(str(path))
    assert not any(map(can_reopen, (None, "", tmp_path / "gone.tif", tmp_path, tmp_path / "a.png")))
