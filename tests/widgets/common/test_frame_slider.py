"""The time slider in frames of one layer, both ways."""

from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from pytestqt.qtbot import QtBot

from napari_devolearn.widgets.common.frame_slider import FrameSlider

MOVIE = np.zeros((6, 8, 10), np.uint8)


@pytest.fixture
def viewer(qtbot: QtBot) -> ViewerModel:
    return ViewerModel()


@pytest.mark.parametrize(
    "placed",
    [{}, {"translate": (5, 0, 0)}, {"scale": (2.5, 1, 1)}, {"scale": (90, 1, 1), "units": ("s", "um", "um")}],
)
def test_both_ways(viewer: ViewerModel, placed: dict[str, object]) -> None:
    layer = viewer.add_image(MOVIE, **placed)
    slider, moved = FrameSlider(viewer), []
    slider.moved.connect(moved.append)
    slider.follow(layer)
    slider.go_to(4)
    slider.go_to(4)
    assert slider.frame == 4
    viewer.dims.set_current_step(0, 1)
    assert moved[1:] == [4, 1]


def test_a_layer_beside_one_of_more_axes(viewer: ViewerModel) -> None:
    layer = viewer.add_image(MOVIE)
    viewer.add_image(np.zeros((3, 6, 8, 10), np.uint8))
    slider = FrameSlider(viewer)
    slider.follow(layer)
    slider.go_to(2)
    assert viewer.dims.current_step[1] == 2


def test_nothing_to_follow(viewer: ViewerModel) -> None:
    slider = FrameSlider(viewer)
    slider.go_to(3)
    assert slider.frame is None
    layer = viewer.add_image(MOVIE)
    slider.follow(layer)
    viewer.dims.order = (1, 0, 2)  # time is an axis of the canvas
    assert slider.frame is None
    viewer.layers.clear()
    assert slider.frame is None
