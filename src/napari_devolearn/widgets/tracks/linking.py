"""Linking a labels layer, frame by frame, in a worker thread."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Labels
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.inference.cache import allocate
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.tracking.link import iter_objects, iter_relabelled, open_movie, with_frame_numbers
from napari_devolearn.tracking.objects import measure_objects
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.tracking.solve import iter_link
from napari_devolearn.tracking.steps import Steps
from napari_devolearn.widgets.common.calibration import voxel_size_of
from napari_devolearn.widgets.common.scope import missing_frames, pixels_of

if TYPE_CHECKING:
    from napari.layers import Labels as LabelsLayer

T = TypeVar("T")

PASSES = 3
"""Measuring all frames, linking them, and writing them: so many steps a frame."""


class FrameDone(NamedTuple):
    """One frame was measured, or written, or as much of the linking is done."""


class StillLinking(NamedTuple):
    """A step of linking was done, which is less than a frame's share of it."""


class LinkedLayer(NamedTuple):
    """What linking made of a layer.

    Parameters
    ----------
    labels : ndarray, shape of the layer, uint32
    tracks : Tracks
        Frames are indices along T.
    points : ndarray, (N, 5), float64
        Columns label, index along T, z, y, x in pixels: the centre of each object, by label and time.
    """

    labels: Labels
    tracks: Tracks
    points: npt.NDArray[np.float64]


def movie_of(layer: LabelsLayer) -> Any:
    """The frames of a labels layer, not read yet.

    Parameters
    ----------
    layer : napari.layers.Labels

    Returns
    -------
    array-like, (T, Z, Y, X) or (T, Y, X)

    Raises
    ------
    ImageFormatError
        If it is no movie.
    """
    if layer.ndim == 4 or (layer.ndim == 3 and layer.axis_labels[0] == "t"):
        return open_movie(pixels_of(layer))
    raise ImageFormatError(
        f"{layer.name}: is no movie: its axes are {', '.join(layer.axis_labels)}; segment the whole movie, "
        "or name the first axis t"
    )


def iter_track(layer: LabelsLayer, params: LinkParams) -> Iterator[FrameDone | StillLinking | LinkedLayer]:
    """Link the objects of a labels layer.

    Parameters
    ----------
    layer : napari.layers.Labels
    params : LinkParams

    Yields
    ------
    FrameDone, `PASSES` times for each frame, StillLinking in between, then LinkedLayer
    """
    whole, size = movie_of(layer), voxel_size_of(layer) or (1.0, 1.0, 1.0)
    missing = missing_frames(layer)
    # cells go on through a frame without a file: it is no frame in which they are away
    there = [t for t in range(len(whole)) if t not in missing]
    movie = open_movie(whole[there]) if missing else whole
    frames = []
    with closing(iter_objects(movie, size)) as measured:
        for objects in measured:
            frames.append(objects)
            yield FrameDone()
    linking = yield from iter_shown(iter_link(frames, params), len(frames))
    out = allocate(whole.shape, np.uint32)
    points = []
    with closing(iter_relabelled(movie, linking, size)) as relabelled:
        for t, frame in zip(there, relabelled, strict=True):
            out[t] = frame
            points.append(points_of_frame(t, frame))
            yield FrameDone()
    for _ in range(PASSES * len(missing)):
        yield FrameDone()
    tracks = with_frame_numbers(linking.tracks, there)
    yield LinkedLayer(out.reshape(pixels_of(layer).shape), tracks, sorted_points(points))


def iter_shown(steps: Steps[T], frames: int) -> Generator[FrameDone | StillLinking, None, T]:
    """Do work in steps as so many frames' worth of it.

    Parameters
    ----------
    steps : generator
    frames : int

    Yields
    ------
    FrameDone, as many as there are frames, and StillLinking at each step
        Cancel acts between any two of them.

    Returns
    -------
    object
        What the steps return.
    """
    shown = 0
    with closing(steps):
        while True:
            try:
                share = next(steps)
            except StopIteration as end:
                made: T = end.value
                return made
            yield StillLinking()
            while shown < int(frames * share):
                shown += 1
                yield FrameDone()


def points_of_frame(t: int, frame: npt.NDArray[Any]) -> npt.NDArray[np.float64]:
    """Centres of the objects of one frame: columns label, t, z, y, x in pixels."""
    objects = measure_objects(frame, (1.0, 1.0, 1.0))
    flat = frame.ndim == 2
    centers = objects.centers - np.array([0.0 if flat else 0.5, 0.5, 0.5])
    return np.column_stack([objects.labels, np.full(len(objects), t), centers])


def sorted_points(points: list[npt.NDArray[np.float64]]) -> npt.NDArray[np.float64]:
    """All points by label, then by time, as a Tracks layer takes them."""
    rows = np.concatenate(points)
    return np.asarray(rows[np.lexsort((rows[:, 1], rows[:, 0]))])
