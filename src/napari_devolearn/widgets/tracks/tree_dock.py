"""The Lineage tree dock: the tracks in view as a tree, linked with the viewer both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from qtpy.QtCore import QTimer
from qtpy.QtWidgets import QVBoxLayout

from napari_devolearn.lineage.names import Name
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.widgets.common.go_to import go_to
from napari_devolearn.widgets.common.layers_box import LayersBox
from napari_devolearn.widgets.common.plot_theme import plot_theme
from napari_devolearn.widgets.common.qt_dock import QtDock

if TYPE_CHECKING:
    from napari.layers import Layer
    from napari.viewer import Viewer

_REST = 80
"""Milliseconds that the view must rest before the tree is drawn anew."""


class TracksBox(LayersBox):
    """The tracks layers."""

    @property
    def tracks(self) -> Any:
        """The tracks layer chosen, or None."""
        return self._layer

    def _lists(self, layer: Layer) -> bool:
        from napari.layers import Tracks as TracksLayer

        return isinstance(layer, TracksLayer)


class TreeDock(QtDock):
    """A click in the tree goes to the cell; the cell whose label is selected is drawn thicker.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        napari passes it by this name.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        from napari_devolearn.widgets.tracks.tree_canvas import TreeCanvas

        super().__init__()
        self._viewer = napari_viewer
        self._followed: Any = None
        self._selecting: Any = None
        self.tracks_box, self.canvas, self.chosen = TracksBox(napari_viewer), TreeCanvas(), 0
        self.tracks_box.setToolTip("The tracks layer to draw as a tree.")
        layout = QVBoxLayout(self)
        layout.addWidget(self.tracks_box)
        layout.addWidget(self.canvas, 1)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.setInterval(_REST)
        self._timer.timeout.connect(self.draw)
        self.tracks_box.chosen.connect(self._follow)
        self.canvas.clicked.connect(self._on_clicked)
        napari_viewer.dims.events.point.connect(self._soon)
        napari_viewer.layers.selection.events.active.connect(self._on_active)
        self._on_active()
        self._follow(self.tracks_box.tracks)

    def draw(self) -> None:
        """Draw the tracks as they are now."""
        layer = self.tracks_box.tracks
        if layer is None or not len(layer.data):
            return
        tracks = Tracks.from_napari(layer.data, layer.graph)
        active = self._viewer.layers.selection.active
        self.chosen = int(getattr(active, "selected_label", self.chosen))
        frame = round(float(layer.world_to_data(self._viewer.dims.point)[-layer.ndim]))
        self.canvas.show_tracks(tracks, _names(layer), plot_theme(self._viewer), self.chosen, frame)

    def let_go(self) -> None:
        """Follow the viewer no longer."""
        self._timer.stop()
        self._viewer.dims.events.point.disconnect(self._soon)
        self._viewer.layers.selection.events.active.disconnect(self._on_active)
        self._select_in(None)
        self._follow(None)
        self.tracks_box.forget_viewer()

    def _soon(self) -> None:
        self._timer.start()

    def _on_active(self) -> None:
        self._select_in(self._viewer.layers.selection.active)
        self._soon()

    def _select_in(self, layer: Any) -> None:
        """Follow the label that is selected in a labels layer."""
        selectable = hasattr(layer, "selected_label")
        for one, connect in ((self._selecting, False), (layer if selectable else None, True)):
            if one is not None:
                (one.events.selected_label.connect if connect else one.events.selected_label.disconnect)(
                    self._soon
                )
        self._selecting = layer if selectable else None

    def _follow(self, layer: Any) -> None:
        for one, connect in ((self._followed, False), (layer, True)):
            if one is not None:
                for event in (one.events.rebuild_graph, one.events.properties):
                    (event.connect if connect else event.disconnect)(self._soon)
        self._followed = layer
        self._soon()

    def _on_clicked(self, label: int, frame: int) -> None:
        layer = self.tracks_box.tracks
        rows = layer.data[layer.data[:, 0] == label]
        at = rows[int(np.abs(rows[:, 1] - frame).argmin())]
        self.chosen = label
        active = self._viewer.layers.selection.active
        if hasattr(active, "selected_label"):
            active.selected_label = label
        go_to(self._viewer, layer, at[1:].tolist())
        self._soon()


def _names(layer: Any) -> dict[int, Name]:
    if "name" not in layer.features:
        return {}
    ids, first = np.unique(layer.data[:, 0].astype(int), return_index=True)
    names, sure = layer.features["name"], layer.features["confidence"]
    return {int(k): Name(names[i], float(sure[i])) for k, i in zip(ids, first, strict=True) if names[i]}
