"""In which order a run goes through a movie: what is in view first, wherever the sliders are moved."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator

from napari_devolearn.widgets.scope import Plane


def by_view(planes: Iterable[Plane], view: Callable[[], Plane]) -> Iterator[Plane]:
    """Slices of one frame, each time the one nearest to the slice in view.

    Parameters
    ----------
    planes : iterable of (t, z)
    view : callable
        Gives the slice in view now.

    Yields
    ------
    (t, z)
    """
    left = set(planes)
    while left:
        z = view()[1]
        nearest = min(left, key=lambda plane: (abs(plane[1] - z), plane))
        left.remove(nearest)
        yield nearest


def frames_by_view(frames: Iterable[int], view: Callable[[], Plane]) -> Iterator[int]:
    """Frames, each time the one in view, else the next one after it, else the first.

    Parameters
    ----------
    frames : iterable of int
        Indices along T.
    view : callable
        Gives the slice in view now.

    Yields
    ------
    int
    """
    left = set(frames)
    while left:
        t = view()[0]
        following = [frame for frame in left if frame >= t]
        chosen = min(following or left)
        left.remove(chosen)
        yield chosen
