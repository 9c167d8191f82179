"""Which slices a scope means, and which one the sliders stand at."""

from __future__ import annotations

import numpy as np
import pytest
from napari.components import ViewerModel

from napari_devolearn.simulate.embryo import SimulatedEmbryo
from napari_devolearn.widgets.common.scope import (
    Scope,
    frame_numbers,
    plane_in_view,
    planes_in_scope,
    scopes_for,
    shape_of,
)
from widgets.dock_tools import add_embryo


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("current slice", [(1, 0)]),
        ("current volume", [(1, 0), (1, 1)]),
        ("range of frames", [(0, 0), (0, 1), (2, 0), (2, 1)]),
        ("whole movie", [(0, 0), (0, 1), (1, 0), (1, 1), (2, 0), (2, 1)]),
    ],
)
def test_scopes(scope: Scope, expected: list[tuple[int, int]]) -> None:
    assert planes_in_scope(scope, (3, 2, 9, 9), (1, 0), frames=[0, 2]) == expected


@pytest.mark.parametrize(
    ("shape", "count"), [((1, 1, 9, 9), 1), ((1, 5, 9, 9), 2), ((4, 1, 9, 9), 3), ((4, 5, 9, 9), 4)]
)
def test_only_scopes_that_differ_are_offered(shape: tuple[int, int, int, int], count: int) -> None:
    assert len(scopes_for(shape)) == count


def test_the_slice_in_view_is_that_of_the_image(tiny_embryo: SimulatedEmbryo) -> None:
    viewer = ViewerModel()
    image = add_embryo(viewer, tiny_embryo)
    viewer.add_image(np.zeros((20, 9, 48, 64)))  # a longer movie: the sliders reach further than the embryo
    viewer.dims.point = (6, 4, 0, 0)
    assert plane_in_view(viewer, image) == (1, 4)
    viewer.dims.point = (19, 8, 0, 0)
    assert plane_in_view(viewer, image) == (2, 5)
    assert frame_numbers(image) == (5, 6, 7)


def test_the_slice_in_view_with_other_axes_displayed(tiny_embryo: SimulatedEmbryo) -> None:
    viewer = ViewerModel()
    image = add_embryo(viewer, tiny_embryo)
    viewer.dims.current_step = (2, 4, 10, 10)
    viewer.dims.order = (0, 2, 1, 3)
    assert plane_in_view(viewer, image) == (2, 4)


@pytest.mark.parametrize(("shape", "expected"), [((8, 8), (0, 0)), ((5, 8, 8), (0, 3))])
def test_the_slice_in_view_with_fewer_axes(shape: tuple[int, ...], expected: tuple[int, int]) -> None:
    viewer = ViewerModel()
    image = viewer.add_image(np.zeros(shape))
    viewer.dims.current_step = (3, 0, 0)[-len(shape) :]
    assert plane_in_view(viewer, image) == expected


def test_the_slice_in_view_beside_layers_in_other_units() -> None:
    viewer = ViewerModel()
    image = viewer.add_image(np.zeros((4, 8, 8)), units="um")
    viewer.add_image(np.zeros((4, 8, 8)), scale=(1000,) * 3, units="nm")
    viewer.dims.current_step = (2, 0, 0)
    assert plane_in_view(viewer, image) == (0, 2)


def test_the_finest_level_counts() -> None:
    image = ViewerModel().add_image([np.zeros((4, 16, 16)), np.zeros((4, 8, 8))], multiscale=True)
    assert shape_of(image) == (1, 4, 16, 16)
