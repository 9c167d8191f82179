"""The two layers of tracks: labels with the track IDs, and the tracks themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import numpy as np
import numpy.typing as npt
from napari.components import ViewerModel
from napari.layers import Labels, Layer
from napari.layers import Tracks as TracksLayer

from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.layers import notes_of, pixels_of, placement
from napari_devolearn.widgets.tracks.linking import LinkedLayer, first_frame


def add_track_layers(viewer: ViewerModel, source: Labels, linked: LinkedLayer) -> tuple[Labels, TracksLayer]:
    """Show linked labels and tracks, aligned with the original labels, which are hidden."""
    arguments = placement(source)
    arguments["metadata"]["devolearn"]["linked"] = True
    labels = viewer.add_labels(linked.labels, name=f"{source.name} tracked", **arguments)
    tracks = viewer.add_tracks(
        data_of(linked.points, labels.ndim),
        graph=linked.tracks.graph_of(linked.points[:, 0]),
        features={"event": linked.tracks.events_of(linked.points[:, 0])},
        name=f"{source.name} tracks",
        tail_length=10,
        **arguments,
    )
    source.visible = False
    viewer.layers.selection.active = labels
    return labels, tracks


class TrackedChoice(LayerChoice):
    """Labels layers; the default is the selected one if it has tracks, else the last one tracked here."""

    def __init__(self, viewer: ViewerModel) -> None:
        super().__init__(viewer, Labels, "Labels", "Tracked labels: labels to which a Tracks layer belongs.")

    def _best(self, layers: list[Any]) -> Any:
        active = self._viewer.layers.selection.active
        ordered = sorted(
            self._preferred(layers), key=lambda layer: layer != active and not notes_of(layer).get("linked")
        )
        tracked = (layer for layer in ordered if tracks_of(layer, self._viewer.layers) is not None)
        return next(tracked, ordered[0] if ordered else None)


def tracks_of(labels: Labels, layers: Iterable[Layer]) -> TracksLayer | None:
    """The Tracks layer that belongs to labels, or None.

    Of several, the one with their name is preferred, then the newest.
    """
    stem = labels.name.removesuffix(" tracked")
    newest_first = reversed([layer for layer in layers if isinstance(layer, TracksLayer)])
    found = sorted(newest_first, key=lambda layer: not layer.name.startswith(stem))
    return next((layer for layer in found if _lie_on(layer, labels)), None)


def _lie_on(tracks: TracksLayer, labels: Labels) -> bool:
    """Whether most points of some frames lie on the object of their ID.

    Comparing IDs alone is not enough: those of an untracked segmentation are often the same.
    """
    movie = pixels_of(labels)
    if tracks.data.shape[1] != labels.ndim + 1 or not len(tracks.data):
        return False
    at = tracks.data[:, 1].astype(int) - first_frame(labels, tracks)
    for t in sorted({at.min(), (at.min() + at.max()) // 2, at.max()}):
        points = tracks.data[at == t]
        if not 0 <= t < len(movie):
            return False
        frame = np.asarray(movie[t])
        places = np.clip(np.rint(points[:, 2:]).astype(int), 0, np.array(frame.shape) - 1)
        if np.mean(frame[tuple(places.T)] == points[:, 0]) < 0.5:
            return False
    return True


def data_of(points: npt.NDArray[np.float64], ndim: int) -> npt.NDArray[np.float64]:
    """Points in the format of a Tracks layer, for labels with this number of axes."""
    return points if ndim == 4 else points[:, [0, 1, 3, 4]]
