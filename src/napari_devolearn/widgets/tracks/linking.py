"""Link a labels layer, or read its tracks, frame by frame in a worker thread."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import closing
from typing import Any, NamedTuple, TypeVar

import numpy as np
import numpy.typing as npt
from napari.layers import Labels as LabelsLayer
from napari.layers import Tracks as TracksLayer

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
from napari_devolearn.widgets.common.layers import has_time, missing_frames, pixels_of

T = TypeVar("T")

PASSES = 3
"""Steps per frame: measuring, linking and writing."""


class FrameDone(NamedTuple):
    """One frame was measured or written, or an equal part of the linking was done."""


class LinkedLayer(NamedTuple):
    """Result of linking a layer."""

    labels: Labels
    tracks: Tracks  # frames are indices along T
    # (N, 5), float64: columns label, index along T, z, y, x in pixels: the centre of each object, by
    # label and time
    points: npt.NDArray[np.float64]


def movie_of(layer: LabelsLayer) -> Any:
    """Frames of a labels layer, not read yet.

    Raises ImageFormatError if it is not a movie.
    """
    if has_time(layer):
        return open_movie(pixels_of(layer))
    raise ImageFormatError(
        f"{layer.name}: not a movie: its axes are {', '.join(layer.axis_labels)}; segment the whole movie, "
        "or name the first axis t"
    )


def iter_track(layer: LabelsLayer, params: LinkParams) -> Iterator[FrameDone | LinkedLayer | None]:
    """Link the objects of a labels layer.

    Yields FrameDone, `PASSES` times for each frame, None in between, then LinkedLayer.
    """
    whole, size = movie_of(layer), voxel_size_of(layer) or (1.0, 1.0, 1.0)
    missing = missing_frames(layer)
    # cells continue through a frame without a file: they are not missing there
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


def iter_shown(steps: Steps[T], frames: int) -> Generator[FrameDone | None, None, T]:
    """Report work in steps as the work of this many frames.

    Yields FrameDone, as many as there are frames, and None at each step; returns what the steps return.
    """
    shown = 0
    with closing(steps):
        while True:
            try:
                share = next(steps)
            except StopIteration as end:
                made: T = end.value
                return made
            yield None
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
    """All points by label, then by time, as a Tracks layer needs them."""
    rows = np.concatenate(points)
    return np.asarray(rows[np.lexsort((rows[:, 1], rows[:, 0]))])


def first_frame(labels: LabelsLayer, tracks: TracksLayer) -> int:
    """Time of the first frame of the labels in a Tracks layer."""
    return round(float(labels.translate[0] - tracks.translate[0]) / float(labels.scale[0]))


class ReadTracks(NamedTuple):
    """Result of reading the labels."""

    movie: npt.NDArray[Any]
    tracks: Tracks  # frames are indices along T
    points: list[npt.NDArray[np.float64]]  # of each frame, as `points_of_frame` returns them


def iter_read(labels: LabelsLayer, layer: TracksLayer) -> Iterator[FrameDone | ReadTracks]:
    """Read labels and their tracks, and find the centres of all objects.

    Neither is changed. Yields FrameDone for each frame, then ReadTracks.
    """
    source = movie_of(labels)
    movie = source if isinstance(source, np.ndarray) else np.empty(source.shape, source.dtype)
    points = []
    for t in range(len(movie)):
        if movie is not source:
            movie[t] = np.asarray(source[t])
        points.append(points_of_frame(t, movie[t]))
        yield FrameDone()
    data = layer.data - np.eye(1, layer.data.shape[1], 1) * first_frame(labels, layer)
    yield ReadTracks(movie, Tracks.from_napari(data, layer.graph), points)
