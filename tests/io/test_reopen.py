from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from helpers.files.ctc_folders import write_tif
from napari_devolearn.exceptions import AxesError
from napari_devolearn.io.reopen import can_reopen, plausible_axes, reopened_layers, tif_of_layer

PIXELS = np.arange(2 * 3 * 5 * 6 * 7, dtype=np.uint16).reshape(2, 3, 5, 6, 7)
SWAPPED = {"imagej": True, "metadata": {"axes": "TZYX", "unit": "um", "spacing": 2}, "resolution": (10, 10)}


def test_axes_are_described_and_can_be_changed(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", PIXELS[0], **SWAPPED)
    assert tif_of_layer(path).axes == "T3 Z5"
    assert tif_of_layer(str(path), "ZTYX").axes == "Z3 T5"
    with pytest.raises(AxesError, match=r"a.tif: --axes T4,Z4 does not fit: there are 15 planes"):
        tif_of_layer(path, "T4,Z4")


def test_a_reopened_layer_keeps_its_name_scale_and_colormap(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", PIXELS[0], **SWAPPED)
    old = {
        "name": "mine", "colormap": "red", "scale": (1, 3, 0.2, 0.2), "units": ("pixel", "um", "um", "um"),
        "axis_labels": ("t", "z", "y", "x"), "metadata": {"other": 1}, "affine": np.eye(5),
    }  # fmt: skip
    ((data, attributes, kind),) = reopened_layers(str(path), "ZTYX", {0: old})
    np.testing.assert_array_equal(np.asarray(data), PIXELS[0].transpose(1, 0, 2, 3))
    assert kind == "image"
    assert (attributes["name"], attributes["colormap"], attributes["scale"]) == (
        "mine",
        "red",
        (1, 3, 0.2, 0.2),
    )
    assert attributes["metadata"]["other"] == 1
    assert attributes["metadata"]["devolearn"]["axes"] == "Z3 T5"
    assert "affine" not in attributes


def test_the_same_channel_is_opened(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", PIXELS, metadata={"axes": "CTZYX"}, photometric="minisblack")
    ((data, attributes, _),) = reopened_layers(path, "CZT", {1: {}}, channels=2)
    np.testing.assert_array_equal(np.asarray(data), PIXELS[1].transpose(1, 0, 2, 3))
    assert attributes["metadata"]["devolearn"]["channel"] == 1


def test_only_existing_tifs_can_be_reopened(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", PIXELS[0])
    assert can_reopen(str(path))
    assert not any(map(can_reopen, (None, "", tmp_path / "gone.tif", tmp_path, tmp_path / "a.png")))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("T3 Z5", ["T3 Z5", "T3 C5", "Z3 T5", "Z3 C5", "C3 T5", "C3 Z5"]),
        ("Z6 Y X", ["Z6", "T6", "C6", "T2 Z3", "T2 C3", "Z2 T3", "Z2 C3", "C2 T3", "C2 Z3", "T3 Z2"]),
        ("T30 Z11", ["T30 Z11", "Z30 T11"]),
        ("", [""]),
    ],
)
def test_the_first_plausible_axes_are_the_current_ones(text: str, expected: list[str]) -> None:
    assert plausible_axes(text)[: len(expected)] == expected


def test_a_long_stack_has_few_plausible_axes() -> None:
    assert len(plausible_axes("Z20160")) < 120


def test_channels_that_the_axes_name_are_layers(tmp_path: Path) -> None:
    path = write_tif(tmp_path / "a.tif", PIXELS[:, :, 0], **SWAPPED)  # 2 channels as time
    first, second = reopened_layers(path, "CZ", {0: {"name": "mine", "contrast_limits": (0, 1)}})
    assert (first[1]["name"], second[1]["name"]) == ("mine", "mine channel 1")
    assert ("contrast_limits" in first[1], "contrast_limits" in second[1]) == (True, False)
    np.testing.assert_array_equal(np.asarray(second[0])[0], PIXELS[1, :, 0])
    ((data, attributes, _),) = reopened_layers(path, "CZ", {1: {"name": "mine"}}, channels=2)
    np.testing.assert_array_equal(np.asarray(data)[0], PIXELS[1, :, 0])
    assert attributes["metadata"]["devolearn"]["axes"] == "C2 Z3"
