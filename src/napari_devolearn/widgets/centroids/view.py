"""Measured objects in the viewer: their points, and the way from one to the other."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtCore import QObject, Signal

from napari_devolearn.widgets.centroids.layer import highlight, points_of, show_points
from napari_devolearn.widgets.centroids.measure import Measured
from napari_devolearn.widgets.common.go_to import go_to
from napari_devolearn.widgets.common.scope import frame_numbers, plane_in_view

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Labels, Points


class CentroidsView(QObject):
    """A table of objects, the labels that they are of and the points that show their centres.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    labels : napari.layers.Labels
    measured : sequence of Measured
        At least one.
    shown : CentroidsView, optional
        The one before, whose points are reused if they are of the same labels.

    Attributes
    ----------
    table : DataFrame
        A row an object and frame.
    points : napari.layers.Points
    marked : Signal
        The row (int) of the object that was chosen in the viewer.
    edited : Signal
        The labels are no longer those that were measured.
    """

    marked = Signal(int)
    edited = Signal()

    def __init__(
        self,
        viewer: ViewerModel,
        labels: Labels,
        measured: Sequence[Measured],
        shown: CentroidsView | None = None,
    ) -> None:
        import pandas as pd

        super().__init__()
        self._viewer = viewer
        self._going = False
        self.labels = labels
        self.table = pd.concat([one.table for one in measured], ignore_index=True)
        index = np.repeat([one.t for one in measured], [len(one.table) for one in measured])
        self._places, features = points_of(self.table, index, labels.ndim)
        before = shown.points if shown is not None and shown.labels == labels else None
        self.points: Points = show_points(viewer, labels, self._places, features, before)
        self.points.selected_data.events.items_changed.connect(self._on_points)
        labels.events.selected_label.connect(self._on_label)
        for event in (labels.events.paint, labels.events.labels_update):
            event.connect(self._on_edit)

    def let_go(self) -> None:
        """Follow the layers no longer."""
        self.points.selected_data.events.items_changed.disconnect(self._on_points)
        self.labels.events.selected_label.disconnect(self._on_label)
        for event in (self.labels.events.paint, self.labels.events.labels_update):
            event.disconnect(self._on_edit)

    def go_to(self, row: int) -> None:
        """Bring an object into view, and choose its point and its label."""
        self._choose(row)
        layers = [one for one in (self.points, self.labels) if one in self._viewer.layers]
        if layers:
            go_to(self._viewer, layers[0], self._places[row].tolist())

    def _choose(self, row: int) -> None:
        self._going = True
        if self.labels in self._viewer.layers:
            self.labels.selected_label = int(self.table["label"].iat[row])
        if self.points in self._viewer.layers and row < len(self.points.data):
            highlight(self.points, row)
        self._going = False

    def _on_points(self) -> None:
        """Somebody chose points: on the canvas, or in napari's table of features."""
        chosen = list(self.points.selected_data)
        if self._going or len(chosen) != 1 or chosen[0] >= len(self.table):
            return
        row = int(chosen[0])
        if self._in_view(row):
            self._choose(row)
        else:
            self.go_to(row)
        self.marked.emit(row)

    def _on_label(self) -> None:
        """Somebody picked a label: mark its row in the frame in view."""
        if self._going:
            return
        t, _ = plane_in_view(self._viewer, self.labels)
        here = self.table["frame"] == frame_numbers(self.labels)[t]
        found = np.flatnonzero(here & (self.table["label"] == self.labels.selected_label))
        if len(found):
            self.marked.emit(int(found[0]))

    def _in_view(self, row: int) -> bool:
        t, z = plane_in_view(self._viewer, self.labels)
        at = np.rint((0, 0, *self._places[row])[-4:-2])
        return bool(at[0] == t and (at[1] == z or self._viewer.dims.ndisplay == 3))

    def _on_edit(self) -> None:
        self.edited.emit()
