from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import tifffile
from napari.components import ViewerModel
from napari.layers import Image, Layer
from napari.utils.notifications import notification_manager
from pytestqt.qtbot import QtBot

from napari_devolearn.plugin.reader import read
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.segment.controls.axes import AxesChoice
from napari_devolearn.widgets.segment.segmentable import segmentable

PIXELS = np.arange(30 * 8 * 9, dtype=np.uint16).reshape(6, 5, 8, 9)
WRONG = {"imagej": True, "metadata": {"axes": "TZYX", "unit": "um", "spacing": 2}, "resolution": (10, 10)}


@pytest.fixture
def viewer() -> ViewerModel:
    return ViewerModel()


def line(viewer: ViewerModel) -> AxesChoice:
    """The axes control as in a dock: it follows the chosen image."""
    images = LayerChoice(viewer, Image, "Image", "")
    for event in (viewer.layers.events.inserted, viewer.layers.events.removed):
        event.connect(images.reset_choices)
    images.reset_choices()
    choice = AxesChoice(viewer, images)
    choice.show_image(images.layer)
    return choice


def opened(viewer: ViewerModel, path: Path) -> Image:
    for layer in read(str(path)):
        viewer.add_layer(Layer.create(*layer))
    return viewer.layers[-1]


def type_axes(choice: AxesChoice, text: str) -> None:
    choice.native.setEditText(text)
    choice.native.lineEdit().returnPressed.emit()


def test_a_tif_is_opened_again_with_the_name_scale_and_colormap(
    qtbot: QtBot, viewer: ViewerModel, tmp_path: Path
) -> None:
    tifffile.imwrite(tmp_path / "a.tif", PIXELS, **WRONG)
    image = opened(viewer, tmp_path / "a.tif")
    image.name, image.colormap = "mine", "red"
    choice = line(viewer)
    assert choice.native.currentText() == "T6  Z5  Y8  X9"
    choice.value = "Z6 T5"
    (made,) = viewer.layers
    assert made is not image
    np.testing.assert_array_equal(np.asarray(made.data), PIXELS.transpose(1, 0, 2, 3))
    assert (made.name, made.colormap.name) == ("mine", "red")
    np.testing.assert_allclose(made.scale, (1, 2, 0.1, 0.1))
    assert str(made.units[1]) == "micrometer"
    assert viewer.layers.selection.active is made
    assert choice.native.currentText() == "Z6  T5  Y8  X9"


def test_axes_can_be_typed_and_errors_are_reported(qtbot: QtBot, viewer: ViewerModel, tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", PIXELS.reshape(30, 8, 9), photometric="minisblack")
    opened(viewer, tmp_path / "a.tif")
    choice = line(viewer)
    assert {"T6 Z5", "Z15 C2", "T30"} <= set(choice.choices)
    type_axes(choice, "T6, C1, Z5")
    assert viewer.layers[0].data.shape == PIXELS.shape
    before = len(notification_manager.records)
    type_axes(choice, "T7 Z5")
    assert "--axes T7 Z5 does not fit: there are 30 planes" in notification_manager.records[before].message
    assert choice.native.currentText() == "T6  Z5  Y8  X9"
    assert viewer.layers[0].data.shape == PIXELS.shape


def test_named_channels_become_layers(qtbot: QtBot, viewer: ViewerModel, tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", PIXELS[:2], **WRONG)
    opened(viewer, tmp_path / "a.tif")
    choice = line(viewer)
    choice.value = "C2 Z5"
    assert [layer.data.shape for layer in viewer.layers] == [(1, 5, 8, 9)] * 2
    np.testing.assert_array_equal(np.asarray(viewer.layers[1].data)[0], PIXELS[1])
    assert viewer.layers.selection.active is viewer.layers[0]


TWO = PIXELS[:4].reshape(2, 2, 5, 8, 9)


@pytest.mark.parametrize("chosen", [0, 1])
def test_the_other_channel_follows(qtbot: QtBot, viewer: ViewerModel, tmp_path: Path, chosen: int) -> None:
    tifffile.imwrite(tmp_path / "a.ome.tif", TWO, photometric="minisblack", metadata={"axes": "TCZYX"})
    opened(viewer, tmp_path / "a.ome.tif")
    other = viewer.add_image(PIXELS[0], name="other")
    viewer.layers[1].name, viewer.layers[1].colormap = "mine", "red"
    names = [layer.name for layer in viewer.layers]
    choice = line(viewer)
    choice.show_image(viewer.layers[chosen])
    choice.value = "Z2 C2 T5"
    assert [layer.name for layer in viewer.layers] == names
    assert viewer.layers[1].colormap.name == "red"
    for channel in range(2):
        np.testing.assert_array_equal(np.asarray(viewer.layers[channel].data), TWO[:, channel].swapaxes(0, 1))
    assert viewer.layers.selection.active is viewer.layers[chosen]
    choice.show_image(viewer.layers[chosen])
    type_axes(choice, "Z20")
    assert [layer.data.shape for layer in viewer.layers] == [(1, 20, 8, 9), PIXELS[0].shape]
    assert viewer.layers[1] is other


def test_a_channel_with_a_removed_layer_is_not_added_again(
    qtbot: QtBot, viewer: ViewerModel, tmp_path: Path
) -> None:
    tifffile.imwrite(tmp_path / "a.ome.tif", TWO, photometric="minisblack", metadata={"axes": "TCZYX"})
    opened(viewer, tmp_path / "a.ome.tif")
    del viewer.layers[0]
    choice = line(viewer)
    choice.value = "Z2 C2 T5"
    (made,) = viewer.layers
    np.testing.assert_array_equal(np.asarray(made.data), TWO[:, 1].swapaxes(0, 1))


def test_slices_saved_as_channels_can_be_segmented(qtbot: QtBot, viewer: ViewerModel, tmp_path: Path) -> None:
    channels = {"imagej": True, "metadata": {"axes": "CYX"}}
    tifffile.imwrite(tmp_path / "a.tif", PIXELS.reshape(30, 8, 9), **channels)
    with pytest.warns(UserWarning, match="its 30 channels are shown as slices"):
        image = opened(viewer, tmp_path / "a.tif")
    assert segmentable(viewer, image) is image
    choice = line(viewer)
    choice.value = "T5 Z6"
    assert segmentable(viewer, viewer.layers[0]).data.shape == (5, 6, 8, 9)


def test_a_layer_without_a_file_is_changed_in_place(qtbot: QtBot, viewer: ViewerModel) -> None:
    image = viewer.add_image(PIXELS, scale=(1, 2, 0.1, 0.1))
    choice = line(viewer)
    assert choice.native.lineEdit().isReadOnly()
    choice.value = "ZTYX"
    assert viewer.layers[0] is image
    assert image.data.shape == (5, 6, 8, 9)


def test_a_removed_file_is_reported(qtbot: QtBot, viewer: ViewerModel, tmp_path: Path) -> None:
    tifffile.imwrite(tmp_path / "a.tif", PIXELS, **WRONG)
    image = opened(viewer, tmp_path / "a.tif")
    choice = line(viewer)
    (tmp_path / "a.tif").unlink()
    choice.value = "Z6 T5"
    assert viewer.layers[0] is image
    np.testing.assert_array_equal(image.scale, (1, 2, 0.1, 0.1))
