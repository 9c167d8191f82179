"""Cells of each founder lineage counted from a layer of named tracks, to be shown beside a model's."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from qtpy.QtCore import QObject, QTimer, Signal

from napari_devolearn.lineage.naming.named_counts import counts_of_tracks
from napari_devolearn.lineage.naming.track_names import Name
from napari_devolearn.lineage.populations import Populations, populations_from_counts
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.widgets.common.worker import Job, show_failure

if TYPE_CHECKING:
    from napari.layers import Image, Layer
    from napari.layers import Tracks as TracksLayer

_REST = 200
"""Milliseconds that the tracks must rest before they are counted anew."""

_EVENTS = ("rebuild_tracks", "rebuild_graph", "properties")


class TracksCounter(QObject):
    """Counts the tracks of one layer in a thread, again whenever they change.

    Parameters
    ----------
    parent : QObject

    Attributes
    ----------
    counted : Signal
        Populations of source "tracks", or None where there are no tracks.
    """

    counted = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._layer: TracksLayer | None = None
        self._image: Image | None = None
        self._job: Job | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REST)
        self._timer.timeout.connect(self._start)

    @property
    def busy(self) -> bool:
        """Whether counts are still to come."""
        return self._job is not None or self._timer.isActive()

    def follow(self, layer: TracksLayer | None, image: Image | None) -> None:
        """Count another layer, or none.

        Parameters
        ----------
        layer : napari.layers.Tracks or None
            Whose feature ``name`` names the cells.
        image : napari.layers.Image or None
            In whose frames time is counted; without one in the tracks' own.
        """
        had = self._layer is not None
        self._listen(layer)
        self._image = image
        if layer is not None:
            self._timer.start()
        elif had:
            self.stop()
            self.counted.emit(None)

    def stop(self) -> None:
        """Count nothing more."""
        self._listen(None)
        self._timer.stop()
        job, self._job = self._job, None
        if job is not None:
            job.stop()

    def _listen(self, layer: TracksLayer | None) -> None:
        for name in _EVENTS:
            if self._layer is not None:
                getattr(self._layer.events, name).disconnect(self._soon)
            if layer is not None:
                getattr(layer.events, name).connect(self._soon)
        self._layer = layer

    def _soon(self) -> None:
        self._timer.start()

    def _start(self) -> None:
        layer = self._layer
        if layer is None:
            return
        if self._job is not None:
            self._timer.start()
            return
        first = _first_time(layer) - (_first_time(self._image) if self._image is not None else 0)
        data, graph = np.array(layer.data[:, :2]), dict(layer.graph)
        names = np.array(layer.features["name"]) if "name" in layer.features else None
        self._job = Job(partial(_iter_counts, layer.name, data, graph, names, first), self)
        self._job.stepped.connect(self.counted)
        self._job.failed.connect(self._on_failure)
        self._job.ended.connect(self._on_end)
        self._job.start()

    def _on_failure(self, error: Exception) -> None:
        show_failure(error)
        self.counted.emit(None)

    def _on_end(self) -> None:
        self._job = None


def _iter_counts(
    layer: str, data: npt.NDArray[Any], graph: dict[int, Any], names: npt.NDArray[Any] | None, first: int
) -> Iterator[Populations]:
    if names is None or not any(names):
        raise ValueError(
            f"{layer}: its tracks have no names to count lineages by; name them with 'Name all cells' in "
            "Correct tracks"
        )
    data[:, 1] += first
    tracks = Tracks.from_napari(data, graph)
    labels, row = np.unique(data[:, 0].astype(int), return_index=True)
    named = {int(label): Name(str(names[i]), 1.0) for label, i in zip(labels, row, strict=True) if names[i]}
    table = counts_of_tracks(tracks, named)
    yield populations_from_counts(table[table["frame"] >= 0], layer)


def _first_time(layer: Layer) -> int:
    """Where a layer begins in time, in its own steps."""
    return round(float(layer.translate[0]) / float(layer.scale[0]))
