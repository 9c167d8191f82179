"""Link the labels of a movie to tracks, in two passes with one frame in memory."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import closing
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Labels, VoxelSize
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.lineage.tracks import Track, Tracks
from napari_devolearn.tracking.linking import Linking
from napari_devolearn.tracking.objects import Objects, measure_objects
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.tracking.solve import iter_link
from napari_devolearn.tracking.steps import Steps, finish, part


class Linked(NamedTuple):
    """Labels with track IDs, and their tracks.

    `labels`: shape of the input, uint32: track IDs, 0 = background.
    `tracks`: with frame numbers.
    """

    labels: Labels
    tracks: Tracks


def link(labels: Any, params: LinkParams | None = None, *, voxel_size: VoxelSize | None = None) -> Linked:
    """Link the objects of a movie over time.

    Parameters
    ----------
    labels : Stack, or array-like (T, Z, Y, X) or (T, Y, X), integer
        Labels, 0 = background; an object may have a different label in each frame.
    params : LinkParams, optional
    voxel_size : tuple of float, optional
        (Z, Y, X) in um; by default the stack's, else (1, 1, 1).

    Returns
    -------
    Linked
        ``labels, tracks = link(...)``

    Raises
    ------
    ImageFormatError
        If the labels are not a movie of at least two frames of integers from 0.

    Examples
    --------
    >>> import napari_devolearn as nd
    >>> params = nd.SimulateParams(frames=2, shape=(10, 64, 96), voxel_size=(2, 0.5, 0.5))
    >>> embryo = nd.simulate_embryo(params)
    >>> labels, tracks = nd.link(embryo.labels, voxel_size=embryo.voxel_size)
    >>> len(tracks.rows) == len(embryo.tracks.rows)
    True
    """
    return finish(iter_linked(labels, params, voxel_size=voxel_size))


def iter_linked(
    labels: Any, params: LinkParams | None = None, *, voxel_size: VoxelSize | None = None
) -> Steps[Linked]:
    """Link as `link` does; yields the completed fraction of the work.

    Measuring, linking and numbering the frames are a third each.
    """
    whole = labels
    if isinstance(labels, Stack):
        labels = labels.without_missing()
    movie = open_movie(labels)
    size = voxel_size or (labels.voxel_size if isinstance(labels, Stack) else None) or (1.0, 1.0, 1.0)
    objects = []
    with closing(iter_objects(movie, size)) as measured:
        for one in measured:
            objects.append(one)
            yield len(objects) / len(movie) / 3
    linking = yield from part(iter_link(objects, params or LinkParams()), 1 / 3, 2 / 3)
    out: Labels = np.zeros(np.shape(whole.data if isinstance(whole, Stack) else whole), np.uint32)
    numbers = labels.frames if isinstance(labels, Stack) else range(len(movie))
    places = [whole.frames.index(number) for number in numbers] if isinstance(whole, Stack) else numbers
    with closing(iter_relabelled(movie, linking, size)) as frames:
        for done, (place, frame) in enumerate(zip(places, frames, strict=True)):
            out[place] = frame.reshape(out.shape[1:])
            yield (2 + (done + 1) / len(movie)) / 3
    return Linked(out, with_frame_numbers(linking.tracks, numbers))


def open_movie(labels: Any) -> Any:
    """Check that labels are a movie, and return it lazily as (T, Z, Y, X) or (T, Y, X).

    A Z axis of length 1 is removed. Raises ImageFormatError if the labels are not a movie of integers.
    """
    movie, name = (labels.data, labels.source) if isinstance(labels, Stack) else (labels, "labels")
    movie = movie if hasattr(movie, "shape") else np.asarray(movie)
    if movie.ndim not in (3, 4):
        raise ImageFormatError(
            f"{name}: shape {tuple(movie.shape)}; give a movie of shape (T, Z, Y, X) or (T, Y, X)"
        )
    if np.dtype(movie.dtype).kind not in "bui":
        raise ImageFormatError(
            f"{name}: values are {movie.dtype}, not integers; save labels as 16-bit integers"
        )
    if len(movie) < 2:
        raise ImageFormatError(f"{name}: only one frame; give two or more frames to link")
    return movie[:, 0] if movie.ndim == 4 and movie.shape[1] == 1 else movie


def iter_objects(movie: Iterable[npt.NDArray[Any]], voxel_size: VoxelSize) -> Generator[Objects, None, None]:
    """Measure the objects of each frame, (Z, Y, X) or (Y, X); the voxel size (Z, Y, X) is in um.

    Raises ImageFormatError if a label is negative.
    """
    for index, one in enumerate(movie):
        frame = np.asarray(one)
        if frame.dtype.kind == "i" and frame.size and frame.min() < 0:
            raise ImageFormatError(
                f"labels: frame {index}: negative label {frame.min()}; use 0 for background and labels from 1"
            )
        frame = frame.astype(np.uint8) if frame.dtype.kind == "b" else frame
        yield measure_objects(frame, voxel_size, halves=True)


def iter_relabelled(
    movie: Iterable[npt.NDArray[Any]], linking: Linking, voxel_size: VoxelSize
) -> Generator[Labels, None, None]:
    """Replace labels by track IDs, frame by frame."""
    for index, frame in enumerate(movie):
        yield linking.relabel(index, np.asarray(frame), voxel_size)


def with_frame_numbers(tracks: Tracks, numbers: Iterable[int]) -> Tracks:
    """Convert frame indices to frame numbers."""
    number = tuple(numbers)
    rows = (Track(row.label, number[row.begin], number[row.end], row.parent) for row in tracks.rows)
    return Tracks(tuple(rows))
