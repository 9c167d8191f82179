from __future__ import annotations

from napari_devolearn.widgets.segment.order import by_view, frames_by_view


def test_slices_are_ordered_by_distance_from_the_current_one() -> None:
    planes = [(3, z) for z in range(6)]
    assert [z for _, z in by_view(planes, lambda: (3, 2))] == [2, 1, 3, 0, 4, 5]


def test_the_order_follows_the_slider() -> None:
    view = (0, 0)
    order = by_view([(0, z) for z in range(6)], lambda: view)
    assert [next(order), next(order)] == [(0, 0), (0, 1)]
    view = (0, 5)
    assert list(order) == [(0, 5), (0, 4), (0, 3), (0, 2)]


def test_frames_start_at_the_current_one_and_then_at_the_first() -> None:
    view = (2, 0)
    order = frames_by_view(range(5), lambda: view)
    assert [next(order), next(order)] == [2, 3]
    view = (0, 0)
    assert list(order) == [0, 1, 4]


def test_the_current_slice_comes_first_even_in_another_frame() -> None:
    view, done = (0, 0), {(4, 1)}
    order = by_view([(0, z) for z in range(4)], lambda: view, lambda plane: plane not in done)
    assert next(order) == (0, 0)
    view = (4, 2)
    assert [next(order), next(order)] == [(4, 2), (0, 2)]
    view = (4, 1)  # known already
    assert list(order) == [(0, 1), (0, 3)]
