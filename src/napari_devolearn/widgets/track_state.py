"""The tracks behind a labels layer and its Tracks layer: shown after each correction, named on demand."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.io.corrections_table import Corrected
from napari_devolearn.lineage.founders import founder
from napari_devolearn.lineage.names import Name, Places, name_tracks
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.tracking.edit import Corrections
from napari_devolearn.widgets.calibration import voxel_size_of
from napari_devolearn.widgets.scope import pixels_of
from napari_devolearn.widgets.track_layers import data_of, events_of, first_frame, graph_of
from napari_devolearn.widgets.track_run import movie_of, points_of_frame, sorted_points

if TYPE_CHECKING:
    from napari.layers import Labels
    from napari.layers import Tracks as TracksLayer


class TrackState:
    """Labels, tracks and names in view.

    Parameters
    ----------
    labels : napari.layers.Labels
        Corrected in place.
    layer : napari.layers.Tracks
        Shows the tracks of these labels.

    Attributes
    ----------
    corrections : Corrections
    names : dict of int to Name
    """

    def __init__(self, labels: Labels, layer: TracksLayer) -> None:
        self.labels, self.layer = labels, layer
        movie = np.asarray(movie_of(labels))
        if not isinstance(pixels_of(labels), np.ndarray):
            labels.data = movie.reshape(pixels_of(labels).shape)
        movie = pixels_of(labels).reshape(movie.shape)
        self._first = first_frame(labels, layer)
        data = layer.data - np.eye(1, layer.data.shape[1], 1) * self._first
        self.corrections = Corrections(movie, Tracks.from_napari(data, layer.graph))
        self._take_over(layer.metadata.get("devolearn", {}).get("corrected", Corrected()))
        self.names: dict[int, Name] = {}
        self._points = [points_of_frame(t, frame) for t, frame in enumerate(movie)]

    def _take_over(self, corrected: Corrected) -> None:
        """Go on from corrections that were saved with the layer."""
        there = {row.label for row in self.corrections.tracks.rows}
        self.corrections.edited |= corrected.edited & there
        self.corrections.known |= {k: name for k, name in corrected.names.items() if k in there}
        self.corrections.painted |= corrected.painted

    @property
    def points(self) -> npt.NDArray[np.float64]:
        """Centres of all objects: columns label, index along T, z, y, x in pixels."""
        return sorted_points(self._points)

    @property
    def places(self) -> Places:
        """Centres in um."""
        return Places.from_points(self.points, voxel_size_of(self.labels) or (1.0, 1.0, 1.0))

    def show(self, frames: set[int]) -> None:
        """Show what was changed.

        Parameters
        ----------
        frames : set of int
            Those whose labels are others than before.
        """
        for t in frames:
            self._points[t] = points_of_frame(t, self.corrections.labels[t])
        if self.names or self.corrections.known:
            self.name(self.corrections.known)
        points, tracks = self.points, self.corrections.tracks
        self.layer.graph = {}  # napari checks data and graph against each other
        shown = points + np.array([0, self._first, 0, 0, 0])
        self.layer.data = data_of(shown, self.labels.ndim)
        self.layer.features = self._features(points)
        self.layer.graph = graph_of(tracks, points)
        self.layer.metadata.setdefault("devolearn", {})["corrected"] = self.corrections.corrected
        self.labels.refresh()

    def name(self, known: dict[int, str]) -> None:
        """Pass names down the tracks."""
        from napari_devolearn.lineage.sulston import load_sulston

        self.names = name_tracks(self.corrections.tracks, self.places, known, load_sulston())

    def _features(self, points: npt.NDArray[np.float64]) -> dict[str, Any]:
        labels = points[:, 0].astype(np.int64)
        names = [self.names.get(label, Name("", 0.0)) for label in labels.tolist()]
        letters = [founder(name.name) or "" for name in names]
        return {
            "event": events_of(self.corrections.tracks, labels),
            "edited": np.isin(labels, list(self.corrections.edited)).astype(int),
            "name": [name.name for name in names],
            "confidence": [name.confidence for name in names],
            "founder": ["AEMPCDZ".find(letter) if letter else -1 for letter in letters],
        }
