from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Labels
from pytestqt.qtbot import QtBot

from helpers.docks.common import add_embryo
from napari_devolearn.simulate.embryo import SimulatedEmbryo
from napari_devolearn.widgets.common.layers import placement
from napari_devolearn.widgets.segment.result_layer import ResultLayer


@pytest.fixture
def viewer() -> ViewerModel:
    """A viewer without a window."""
    return ViewerModel()


@pytest.fixture
def result(viewer: ViewerModel, tiny_embryo: SimulatedEmbryo) -> ResultLayer:
    """An empty result over the tiny embryo."""
    return ResultLayer(viewer, add_embryo(viewer, tiny_embryo), "result", set())


def test_the_result_of_a_rotated_image_is_rotated(viewer: ViewerModel) -> None:
    affine = np.array([[1, 0, 0, 5], [0, 0, 1, 6], [0, -1, 0, 7], [0, 0, 0, 1]], float)
    image = viewer.add_image(
        np.zeros((3, 4, 5)),
        scale=(2, 0.5, 0.5),
        rotate=30,
        shear=(0.1, 0, 0),
        translate=(1, 2, 3),
        affine=affine,
    )
    labels = Labels(np.zeros((3, 4, 5), int), **placement(image))
    corner = (2, 3, 4)
    np.testing.assert_allclose(labels.data_to_world(corner), image.data_to_world(corner))


@pytest.mark.parametrize(
    "edit",
    [
        lambda layer: layer.paint((0, 3, 5, 5), 9),
        lambda layer: layer.fill((0, 3, 5, 5), 9),
        lambda layer: layer.data_setitem((np.array([0]),) * 4, 9),
        lambda layer: setattr(layer, "data", np.ones_like(layer.data)),
    ],
    ids=["paint or erase", "fill", "data_setitem", "data"],
)
def test_an_edit_is_detected(result: ResultLayer, edit: Callable[[Labels], None]) -> None:
    assert result.writable
    edit(result.layer)
    assert result.edited
    assert not result.writable


def test_writing_and_viewing_are_not_edits(result: ResultLayer, viewer: ViewerModel, qtbot: QtBot) -> None:
    result.preview((0, 3), np.ones((48, 64), np.uint32), instances=False)
    planes = [(1, z) for z in range(6)]
    result.write(planes, np.full((6, 48, 64), 2, np.uint32), (1, 3), instances=True)
    qtbot.waitUntil(lambda: not result.pending)
    viewer.dims.current_step = (2, 1, 0, 0)
    result.layer.selected_label = 5
    result.layer.name = "renamed"
    result.layer.refresh()
    assert result.writable
    assert result.next_label == 3
    assert result.final.tolist() == [[False] * 6, [True] * 6, [False] * 6]
    assert (result.layer.data[0, 3] == 1).all()
    assert (result.layer.data[1] == 2).all()


def test_pending_labels_are_not_written_after_an_edit(result: ResultLayer, qtbot: QtBot) -> None:
    result.write([(1, 0)], np.ones((1, 48, 64), np.uint32), (0, 0), instances=True)
    result.layer.paint((0, 3, 5, 5), 9)
    qtbot.waitUntil(lambda: not result.pending)
    assert not result.layer.data[1].any()


def test_a_removed_layer_is_not_written(result: ResultLayer, viewer: ViewerModel) -> None:
    viewer.layers.remove(result.layer)
    assert not result.writable
    assert not result.edited
