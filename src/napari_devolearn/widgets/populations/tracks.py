"""Cells of each founder lineage in a layer of named tracks, to compare with the model's counts."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt
from napari.layers import Image
from napari.layers import Tracks as TracksLayer
from qtpy.QtCore import QObject, Signal
from superqt.utils import qdebounced

from napari_devolearn.lineage.naming.named_counts import counts_of_tracks
from napari_devolearn.lineage.naming.track_names import Name
from napari_devolearn.lineage.populations import Populations, populations_from_counts
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.widgets.common.layers import Listener, first_time
from napari_devolearn.widgets.common.worker import Job, show_failure

_REST = 200
"""Milliseconds without a change before the tracks are counted again."""

_EVENTS = ("rebuild_tracks", "rebuild_graph", "properties")


class TracksCounter(QObject):
    """Count the tracks of one layer in a thread, and again whenever they change."""

    counted = Signal(object)  # Populations of source "tracks", or None without tracks

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._soon = qdebounced(self._start, timeout=_REST, parent=self)
        self._tracks = Listener(lambda _: self._soon(), *_EVENTS)
        self._image: Image | None = None
        self._job = Job(self)
        self._job.stepped.connect(self.counted)
        self._job.failed.connect(self._on_failure)

    def follow(self, layer: TracksLayer | None, image: Image | None) -> None:
        """Count another layer, or none.

        The feature ``name`` of the layer has the names of the cells; time is in frames of the image, or
        without one in frames of the tracks.
        """
        had = self._tracks.layer is not None
        self._tracks.listen_to(layer)
        self._image = image
        if layer is not None:
            self._soon()
        elif had:
            self.stop()
            self.counted.emit(None)

    def stop(self) -> None:
        """Stop counting."""
        self._tracks.listen_to(None)
        self._soon.cancel()
        self._job.stop()

    def _start(self) -> None:
        layer = self._tracks.layer
        if layer is None:
            return
        first = first_time(layer) - (first_time(self._image) if self._image is not None else 0)
        data, graph = np.array(layer.data[:, :2]), dict(layer.graph)
        names = np.array(layer.features["name"]) if "name" in layer.features else None
        self._job.start(partial(_iter_counts, layer.name, data, graph, names, first))

    def _on_failure(self, error: Exception) -> None:
        show_failure(error)
        self.counted.emit(None)


def _iter_counts(
    layer: str, data: npt.NDArray[Any], graph: dict[int, Any], names: npt.NDArray[Any] | None, first: int
) -> Iterator[Populations]:
    if names is None or not any(names):
        raise ValueError(
            f"{layer}: its tracks have no names, so lineages cannot be counted; name them with 'Name all "
            "cells' in Correct tracks"
        )
    data[:, 1] += first
    tracks = Tracks.from_napari(data, graph)
    labels, row = np.unique(data[:, 0].astype(int), return_index=True)
    named = {int(label): Name(str(names[i]), 1.0) for label, i in zip(labels, row, strict=True) if names[i]}
    table = counts_of_tracks(tracks, named)
    yield populations_from_counts(table[table["frame"] >= 0], layer)
