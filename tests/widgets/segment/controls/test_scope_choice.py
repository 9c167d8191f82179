from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel
from pytestqt.qtbot import QtBot

from napari_devolearn.widgets.segment.controls.scope_choice import (
    Scope,
    ScopeChoice,
    planes_in_scope,
    scopes_for,
)


def test_frames_without_a_file_are_left_out(qtbot: QtBot) -> None:
    viewer = ViewerModel()
    kept = {"devolearn": {"frames": (3, 4, 5), "missing": (4,)}}
    image = viewer.add_image(np.zeros((3, 2, 8, 8)), axis_labels=("t", "z", "y", "x"), metadata=kept)
    choice = ScopeChoice()
    choice.show_image(image)
    choice.choice.value = "whole movie"
    assert choice.planes(viewer, image) == [(0, 0), (0, 1), (2, 0), (2, 1)]
    choice.choice.value = "current volume"
    viewer.dims.set_current_step(0, 2)
    assert choice.planes(viewer, image) == [(2, 0), (2, 1)]
    viewer.dims.set_current_step(0, 1)
    with pytest.raises(ValueError, match="frame 4: has no file"):
        choice.planes(viewer, image)
    choice.choice.value = "range of frames"
    choice.first.value = choice.last.value = 4
    with pytest.raises(ValueError, match="frames 4 to 4: not in the image"):
        choice.planes(viewer, image)


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("current slice", [(1, 0)]),
        ("current volume", [(1, 0), (1, 1)]),
        ("range of frames", [(0, 0), (0, 1), (2, 0), (2, 1)]),
        ("whole movie", [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]),
    ],
)
def test_scopes_give_the_right_slices(scope: Scope, expected: list[tuple[int, int]]) -> None:
    assert planes_in_scope(scope, (3, 2, 9, 9), (1, 0), frames=[0, 2]) == expected


@pytest.mark.parametrize(
    ("shape", "count"), [((1, 1, 9, 9), 1), ((1, 5, 9, 9), 2), ((4, 1, 9, 9), 3), ((4, 5, 9, 9), 4)]
)
def test_only_scopes_that_differ_are_offered(shape: tuple[int, int, int, int], count: int) -> None:
    assert len(scopes_for(shape)) == count
