"""The choice of image follows the viewer."""

from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from pytestqt.qtbot import QtBot

from napari_devolearn.widgets.common.layers_box import ImageBox

PIXELS = np.zeros((4, 4))


@pytest.fixture
def viewer() -> ViewerModel:
    """A viewer without a window."""
    return ViewerModel()


def test_images_come_go_and_are_renamed(viewer: ViewerModel, qtbot: QtBot) -> None:
    box = ImageBox(viewer)
    seen: list[object] = []
    box.chosen.connect(seen.append)
    one, two = viewer.add_image(PIXELS, name="one"), viewer.add_image(PIXELS, name="two")
    viewer.add_labels(PIXELS.astype(int))
    assert (box.image, box.count()) == (one, 2)
    one.name = "first"
    assert box.currentText() == "first"
    box.setCurrentText("two")
    viewer.layers.move(1, 0)
    assert (box.image, box.currentText()) == (two, "two")
    viewer.layers.remove(two)
    assert box.image is one
    viewer.layers.clear()
    assert box.image is None
    assert seen == [one, two, one, None]


def test_it_stops_following(viewer: ViewerModel, qtbot: QtBot) -> None:
    box = ImageBox(viewer)
    box.forget_viewer()
    viewer.add_image(PIXELS)
    assert box.count() == 0
