from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from napari.layers import Image
from pytestqt.qtbot import QtBot

from napari_devolearn.widgets.common.form.layer_choice import LayerChoice

PIXELS = np.zeros((4, 4))


@pytest.fixture
def viewer() -> ViewerModel:
    """A viewer without a window."""
    return ViewerModel()


def choice_in(viewer: ViewerModel, **options: object) -> LayerChoice:
    """A choice of images that follows the viewer, as in a dock."""
    choice = LayerChoice(viewer, Image, label="Image", tooltip="An image.", **options)
    for name in ("inserted", "removed", "reordered", "renamed"):
        getattr(viewer.layers.events, name).connect(choice.reset_choices)
    return choice


def names(choice: LayerChoice) -> list[str]:
    return [choice.native.itemText(row) for row in range(choice.native.count())]


def test_added_removed_and_renamed_images_are_followed(viewer: ViewerModel, qtbot: QtBot) -> None:
    choice = choice_in(viewer)
    seen: list[object] = []
    choice.changed.connect(seen.append)
    one, two = viewer.add_image(PIXELS, name="one"), viewer.add_image(PIXELS, name="two")
    viewer.add_labels(PIXELS.astype(int))
    assert (choice.layer, names(choice)) == (two, ["one", "two"])
    choice.choose(one)
    one.name = "first"
    assert (choice.layer, choice.value, choice.native.currentText()) == (one, one, "first")
    viewer.layers.move(0, 2)
    assert (choice.layer, choice.native.currentText()) == (one, "first")
    viewer.layers.remove(one)
    assert choice.layer is two
    viewer.layers.clear()
    assert (choice.layer, choice.value) == (None, None)
    assert seen == [one, two, one, two, None]


def test_the_default_is_the_selected_layer_else_the_newest(viewer: ViewerModel, qtbot: QtBot) -> None:
    one, two = viewer.add_image(PIXELS, name="one"), viewer.add_image(PIXELS, name="two")
    viewer.layers.selection.active = one
    assert choice_in(viewer).layer == one
    viewer.layers.selection.clear()
    assert choice_in(viewer).layer == two


def test_a_choice_of_the_user_is_kept_when_a_layer_is_added(viewer: ViewerModel, qtbot: QtBot) -> None:
    choice = choice_in(viewer)
    one = viewer.add_image(PIXELS, name="one")
    choice.settle()
    viewer.add_image(PIXELS, name="two")
    assert choice.layer == one


def test_unsuitable_layers_are_not_offered(viewer: ViewerModel, qtbot: QtBot) -> None:
    choice = choice_in(viewer, fits=lambda layer: layer.ndim == 3)
    viewer.add_image(PIXELS)
    assert choice.layer is None
    volume = viewer.add_image(np.zeros((3, 4, 4)))
    assert choice.layers == [volume]


def test_no_layer_can_be_the_choice(viewer: ViewerModel, qtbot: QtBot) -> None:
    choice = choice_in(viewer, none="none")
    one = viewer.add_image(PIXELS, name="one")
    assert (choice.layer, names(choice)) == (None, ["none", "one"])
    choice.choose(one)
    viewer.layers.clear()
    assert (choice.layer, choice.native.currentText()) == (None, "none")
