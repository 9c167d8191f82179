"""The pass through all frames that comes before the first correction, in a worker thread."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.widgets.tracks.layers import first_frame
from napari_devolearn.widgets.tracks.linking import FrameDone, movie_of, points_of_frame

if TYPE_CHECKING:
    from napari.layers import Labels
    from napari.layers import Tracks as TracksLayer


class ReadTracks(NamedTuple):
    """What a pass through the labels found.

    Parameters
    ----------
    movie : ndarray, (T, Z, Y, X) or (T, Y, X), integer
    tracks : Tracks
        Frames are indices along T.
    points : list of ndarray
        Of each frame, as `points_of_frame` gives them.
    """

    movie: npt.NDArray[Any]
    tracks: Tracks
    points: list[npt.NDArray[np.float64]]


def iter_read(labels: Labels, layer: TracksLayer) -> Iterator[FrameDone | ReadTracks]:
    """Read labels and their tracks, and find the centres of all objects.

    Parameters
    ----------
    labels : napari.layers.Labels
    layer : napari.layers.Tracks
        Neither is changed.

    Yields
    ------
    FrameDone for each frame, then ReadTracks
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
