from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from pytestqt.qtbot import QtBot

from helpers.docks.common import add_embryo
from napari_devolearn.simulate.embryo import SimulatedEmbryo
from napari_devolearn.widgets.common.layers import frame_numbers
from napari_devolearn.widgets.common.view import FrameSlider, plane_in_view, region_of

MOVIE = np.zeros((6, 8, 10), np.uint8)


@pytest.fixture
def viewer(qtbot: QtBot) -> ViewerModel:
    return ViewerModel()


def test_the_current_slice_is_that_of_the_image(tiny_embryo: SimulatedEmbryo) -> None:
    viewer = ViewerModel()
    image = add_embryo(viewer, tiny_embryo)
    viewer.add_image(np.zeros((20, 9, 48, 64)))  # a longer movie: the sliders reach further than the embryo
    viewer.dims.point = (6, 4, 0, 0)
    assert plane_in_view(viewer, image) == (1, 4)
    viewer.dims.point = (19, 8, 0, 0)
    assert plane_in_view(viewer, image) == (2, 5)
    assert frame_numbers(image) == (5, 6, 7)


def test_the_current_slice_with_other_axes_displayed(tiny_embryo: SimulatedEmbryo) -> None:
    viewer = ViewerModel()
    image = add_embryo(viewer, tiny_embryo)
    viewer.dims.current_step = (2, 4, 10, 10)
    viewer.dims.order = (0, 2, 1, 3)
    assert plane_in_view(viewer, image) == (2, 4)


@pytest.mark.parametrize(("shape", "expected"), [((8, 8), (0, 0)), ((5, 8, 8), (0, 3))])
def test_the_current_slice_with_fewer_axes(shape: tuple[int, ...], expected: tuple[int, int]) -> None:
    viewer = ViewerModel()
    image = viewer.add_image(np.zeros(shape))
    viewer.dims.current_step = (3, 0, 0)[-len(shape) :]
    assert plane_in_view(viewer, image) == expected


def test_the_current_slice_with_layers_in_other_units() -> None:
    viewer = ViewerModel()
    image = viewer.add_image(np.zeros((4, 8, 8)), units="um")
    viewer.add_image(np.zeros((4, 8, 8)), scale=(1000,) * 3, units="nm")
    viewer.dims.current_step = (2, 0, 0)
    assert plane_in_view(viewer, image) == (0, 2)


@pytest.mark.parametrize(
    "placed",
    [{}, {"translate": (5, 0, 0)}, {"scale": (2.5, 1, 1)}, {"scale": (90, 1, 1), "units": ("s", "um", "um")}],
)
def test_slider_and_viewer_follow_each_other(viewer: ViewerModel, placed: dict[str, object]) -> None:
    layer = viewer.add_image(MOVIE, **placed)
    slider, moved = FrameSlider(viewer), []
    slider.moved.connect(moved.append)
    slider.follow(layer)
    slider.go_to(4)
    slider.go_to(4)
    assert slider.frame == 4
    viewer.dims.set_current_step(0, 1)
    assert moved[1:] == [4, 1]


def test_a_layer_next_to_one_with_more_axes(viewer: ViewerModel) -> None:
    layer = viewer.add_image(MOVIE)
    viewer.add_image(np.zeros((3, 6, 8, 10), np.uint8))
    slider = FrameSlider(viewer)
    slider.follow(layer)
    slider.go_to(2)
    assert viewer.dims.current_step[1] == 2


def test_without_a_layer_there_is_no_frame(viewer: ViewerModel) -> None:
    slider = FrameSlider(viewer)
    slider.go_to(3)
    assert slider.frame is None
    layer = viewer.add_image(MOVIE)
    slider.follow(layer)
    viewer.dims.order = (1, 0, 2)  # time is an axis of the canvas
    assert slider.frame is None
    viewer.layers.clear()
    assert slider.frame is None


BOX = ((10, 20), (10, 29), (18, 29), (18, 20))


def test_a_region_of_a_rotated_layer_in_other_units(viewer: ViewerModel) -> None:
    image = viewer.add_image(np.zeros((5, 40, 60)), scale=(1, 0.5, 0.5), rotate=90, units="um")
    corners = np.array([image.data_to_world((0, *corner))[-2:] for corner in BOX]) * 1000
    shapes = viewer.add_shapes([corners], shape_type="rectangle", units=("nm", "nm"))
    assert region_of(viewer, shapes, image) == (10, 19, 20, 30)
