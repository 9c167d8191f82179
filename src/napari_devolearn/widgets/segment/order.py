"""Order of slices and frames in a run: the current ones first, wherever the sliders are moved."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable

from napari_devolearn.widgets.common.layers import Plane


def by_view(
    planes: Iterable[Plane], view: Callable[[], Plane], elsewhere: Callable[[Plane], bool] = lambda _: False
) -> Generator[Plane, None, None]:
    """Slices of one frame, nearest to the current slice first; that one first if it is of another frame.

    `view` returns the current slice now; `elsewhere` whether a slice of another frame is requested, too.
    """
    left, given = set(planes), set[Plane]()
    while left:
        now = view()
        if now not in left and now not in given and elsewhere(now):
            chosen = now
        else:
            chosen = min(left, key=lambda plane: (abs(plane[1] - now[1]), plane))
        left.discard(chosen)
        given.add(chosen)
        yield chosen


def frames_by_view(frames: Iterable[int], view: Callable[[], Plane]) -> Generator[int, None, None]:
    """Frames: the current one if it remains, else the next one after it, else the first."""
    left = set(frames)
    while left:
        t = view()[0]
        following = [frame for frame in left if frame >= t]
        chosen = min(following or left)
        left.remove(chosen)
        yield chosen
