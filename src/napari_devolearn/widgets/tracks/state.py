"""The tracks of a labels layer and its Tracks layer: corrected and named in a thread, then shown."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
from napari.layers import Labels
from napari.layers import Tracks as TracksLayer

from napari_devolearn.io.ctc.corrections_table import Corrected
from napari_devolearn.lineage.founders import founder
from napari_devolearn.lineage.naming.seeds import known_names
from napari_devolearn.lineage.naming.sulston import load_sulston
from napari_devolearn.lineage.naming.track_names import Name, Places
from napari_devolearn.lineage.naming.unnamed import name_all_tracks
from napari_devolearn.tracking.corrections.edit import Corrections
from napari_devolearn.tracking.corrections.tracked_labels import EditStep
from napari_devolearn.widgets.common.calibration import minutes_between_frames, voxel_size_of
from napari_devolearn.widgets.common.layers import notes_of, pixels_of
from napari_devolearn.widgets.tracks.layers import data_of
from napari_devolearn.widgets.tracks.linking import ReadTracks, first_frame, points_of_frame, sorted_points

Edit = Callable[[Corrections], object]


class Shown(NamedTuple):
    """Changes of the layers by a correction, or by naming."""

    data: npt.NDArray[np.float64]
    features: Any
    graph: dict[int, list[int]]
    seeds: Mapping[int, str]  # names that "Name all cells" found for one frame, from which the others follow
    names: Mapping[int, Name]
    points: list[npt.NDArray[np.float64]]  # of each frame
    step: EditStep | None = None  # the correction, which is made when this is shown


class TrackState:
    """Labels, which are corrected in place, their tracks, and their names."""

    def __init__(self, labels: Labels, layer: TracksLayer, read: ReadTracks) -> None:
        self.labels, self.layer = labels, layer
        pixels = pixels_of(labels)
        if not isinstance(pixels, np.ndarray):
            labels.data = read.movie.reshape(pixels.shape)
        self._first = first_frame(labels, layer)
        self.corrections = Corrections(pixels_of(labels).reshape(read.movie.shape), read.tracks)
        self._take_over(notes_of(layer).get("corrected", Corrected()))
        self._now = Shown(layer.data, layer.features, dict(layer.graph), {}, {}, read.points)
        self._before: list[Shown] = []
        self._undone: list[Shown] = []

    @property
    def names(self) -> Mapping[int, Name]:
        """Name of each named track."""
        return self._now.names

    def _take_over(self, corrected: Corrected) -> None:
        """Continue from corrections that were saved with the layer."""
        there = {row.label for row in self.corrections.tracks.rows}
        self.corrections.edited |= corrected.edited & there
        self.corrections.known |= {k: name for k, name in corrected.names.items() if k in there}
        self.corrections.painted |= corrected.painted

    def iter_correct(self, edit: Edit) -> Iterator[Shown]:
        """Try a correction, in a thread; labels and tracks do not change until it is shown."""
        edit(self.corrections)
        try:
            points = list(self._now.points)
            for t in self.corrections.last_frames:
                points[t] = points_of_frame(t, self.corrections.labels[t])
            shown = self._as_shown(points, self._now.seeds)
        finally:
            step = self.corrections.undo_step()
        yield shown._replace(step=step)

    def iter_name(self) -> Iterator[Shown]:
        """Name all cells whose names follow, in a thread."""
        places = self._places(sorted_points(self._now.points))
        seeds = known_names(self.corrections.tracks, places, load_sulston(), self.corrections.known)
        yield self._as_shown(self._now.points, seeds)

    def show(self, shown: Shown) -> None:
        """Make a correction, and show its changes."""
        if shown.step is not None:
            self._undone.clear()
        self._show(shown)

    def undo(self) -> bool:
        """Undo the last correction; returns whether there was one."""
        if not self._before:
            return False
        step = self.corrections.undo_step()
        self._undone.append(self._now._replace(step=step))
        self._show(self._before.pop()._replace(step=None))
        return True

    def redo(self) -> bool:
        """Redo the last undone correction; returns whether there was one."""
        if self._undone:
            self._show(self._undone.pop())
            return True
        return False

    def _show(self, shown: Shown) -> None:
        if shown.step is not None:
            self._before.append(self._now)
            self.corrections.redo(shown.step)
        self._now = shown
        self.layer.graph = {}  # napari checks data and graph against each other
        self.layer.data, self.layer.features = shown.data, shown.features
        self.layer.graph = shown.graph
        self.layer.metadata.setdefault("devolearn", {})["corrected"] = self.corrections.corrected
        self.labels.refresh()

    def _places(self, points: npt.NDArray[np.float64]) -> Places:
        size, minutes = voxel_size_of(self.labels), minutes_between_frames(self.labels)
        return Places.from_points(points, size or (1.0, 1.0, 1.0), minutes or 1.0)

    def _as_shown(self, of_frames: list[npt.NDArray[np.float64]], seeds: Mapping[int, str]) -> Shown:
        """Existing names are passed on to descendants again."""
        tracks, points = self.corrections.tracks, sorted_points(of_frames)
        known = {**seeds, **self.corrections.known}
        names: Mapping[int, Name] = {}
        if known or self.names:
            names = name_all_tracks(tracks, self._places(points), known, load_sulston())
        return Shown(
            data_of(points + np.array([0, self._first, 0, 0, 0]), self.labels.ndim),
            self._features(points, names),
            tracks.graph_of(points[:, 0]),
            seeds,
            names,
            of_frames,
        )

    def _features(self, points: npt.NDArray[np.float64], names: Mapping[int, Name]) -> dict[str, Any]:
        labels = points[:, 0].astype(np.int64)
        found = [names.get(label, Name("", 0.0)) for label in labels.tolist()]
        letters = [founder(name.name) or "" for name in found]
        return {
            "event": self.corrections.tracks.events_of(labels),
            "edited": np.isin(labels, list(self.corrections.edited)).astype(int),
            "name": [name.name for name in found],
            "confidence": [name.confidence for name in found],
            "founder": ["AEMPCDZ".find(letter) if letter else -1 for letter in letters],
        }
