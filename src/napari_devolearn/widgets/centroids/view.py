"""Measured objects in the viewer: their points, linked with the table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt
from napari.components import ViewerModel
from napari.layers import Labels, Points
from qtpy.QtCore import QObject, Signal

from napari_devolearn.postprocess.centroids import unusual_sizes
from napari_devolearn.widgets.centroids.measure import Measured
from napari_devolearn.widgets.common.layers import frame_numbers, is_flat_movie, placement
from napari_devolearn.widgets.common.view import go_to, plane_in_view

if TYPE_CHECKING:
    import pandas as pd

_ON_SCREEN = (7, 12)
"""Minimum and maximum diameter of a point, in screen pixels."""

_CHOSEN = (0.9, 0.62, 0.0, 1.0)
"""Colour of the selected point: an orange that colour-blind people tell from white.

Source: Wong 2011, Nature Methods 8, 441.
"""


_UNUSUAL = (0.84, 0.37, 0.0, 1.0)
"""Border of objects of unusual size, vermilion of the same colours."""


class CentroidsView(QObject):
    """A table of objects, their labels layer, and the points layer of their centres.

    `shown` is the previous view; its points layer is reused if it is of the same labels.
    """

    marked = Signal(int)  # the row of the object that was selected in the viewer
    edited = Signal()  # the labels have changed since they were measured

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
        # one row per object and frame
        self.table = pd.concat([one.table for one in measured], ignore_index=True)
        t = np.repeat([one.t for one in measured], [len(one.table) for one in measured])
        self._planes = np.column_stack([t, self.table["z"]])
        axes = {"t": t} | {axis: self.table[axis] for axis in "zyx"}
        names = "tyx" if is_flat_movie(labels) else "tzyx"[-labels.ndim :]
        self._places = np.column_stack([axes[name] for name in names]).astype(np.float64)
        size, intensity = self.table.columns[-1], {"mean_intensity"} & set(self.table.columns)
        features = self.table[["label", "frame", size, "voxels", "relative_size", *intensity]]
        before = shown.points if shown is not None and shown.labels == labels else None
        self.points: Points = _show_points(viewer, labels, self._places, features, before)
        self.points.selected_data.events.items_changed.connect(self._on_points)
        labels.events.selected_label.connect(self._on_label)
        for event in (labels.events.paint, labels.events.labels_update):
            event.connect(self._on_edit)

    def release(self) -> None:
        """Disconnect from the layers."""
        self.points.selected_data.events.items_changed.disconnect(self._on_points)
        self.labels.events.selected_label.disconnect(self._on_label)
        for event in (self.labels.events.paint, self.labels.events.labels_update):
            event.disconnect(self._on_edit)

    def go_to(self, row: int) -> None:
        """Show an object, and select its point and its label."""
        self._choose(row)
        layers = [one for one in (self.points, self.labels) if one in self._viewer.layers]
        if layers:
            go_to(self._viewer, layers[0], self._places[row].tolist())

    def _choose(self, row: int) -> None:
        self._going = True
        if self.labels in self._viewer.layers:
            self.labels.selected_label = int(self.table["label"].iat[row])
        if self.points in self._viewer.layers and row < len(self.points.data):
            colours = np.ones((len(self.points.data), 4), np.float32)
            colours[row] = _CHOSEN
            self.points.face_color = colours
            if set(self.points.selected_data) != {row}:  # else psygnal calls this function again
                self.points.selected_data = {row}
        self._going = False

    def _on_points(self) -> None:
        """Mark the row of the points selected on the canvas, or in napari's table of features."""
        chosen = list(self.points.selected_data)
        if self._going or len(chosen) != 1 or chosen[0] >= len(self.table):
            return
        row = int(chosen[0])
        t, z = plane_in_view(self._viewer, self.labels)
        at = np.rint(self._planes[row])
        if at[0] == t and (at[1] == z or self._viewer.dims.ndisplay == 3):
            self._choose(row)
        else:
            self.go_to(row)
        self.marked.emit(row)

    def _on_label(self) -> None:
        """Mark the row of the selected label in the current frame."""
        if self._going:
            return
        t, _ = plane_in_view(self._viewer, self.labels)
        here = self.table["frame"] == frame_numbers(self.labels)[t]
        found = np.flatnonzero(here & (self.table["label"] == self.labels.selected_label))
        if len(found):
            self.marked.emit(int(found[0]))

    def _on_edit(self) -> None:
        self.edited.emit()


def _show_points(
    viewer: ViewerModel,
    labels: Labels,
    points: npt.NDArray[np.float64],
    features: pd.DataFrame,
    shown: Points | None,
) -> Points:
    """Add the centres, (N, D), as a layer, or update the existing one."""
    unusual = unusual_sizes(features)[:, None]
    borders = np.where(unusual, _UNUSUAL, (0, 0, 0, 1)).astype(np.float32) if len(points) else "black"
    if shown is not None and shown in viewer.layers:
        shown.selected_data = set()
        shown.data = points
        shown.features = features
        shown.face_color = "white"
        shown.border_color = borders
        return shown
    active = viewer.layers.selection.active
    layer = viewer.add_points(
        points,
        name=f"{labels.name} centroids",
        features=features,
        size=8,
        face_color="white",
        border_color=borders,
        border_width=0.2,
        canvas_size_limits=_ON_SCREEN,
        **placement(labels),
    )
    viewer.layers.selection.active = active  # the user's settings of the labels layer are kept
    return layer
