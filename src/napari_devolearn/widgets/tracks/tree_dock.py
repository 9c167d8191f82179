"""The Lineage tree dock: the tracks in view as a tree, linked with the viewer both ways."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
from superqt.utils import qdebounced

from napari_devolearn.lineage.naming.track_names import Name
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.widgets.common.form.dock import Dock
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.go_to import go_to
from napari_devolearn.widgets.common.plot_theme import plot_theme

if TYPE_CHECKING:
    from napari.viewer import Viewer

_REST = 80
"""Milliseconds that the view must rest before the tree is drawn again."""


class TreeDock(Dock):
    """A click in the tree goes to the cell; the cell whose label is selected is drawn thicker.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        napari passes it by this name.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        from napari.layers import Tracks as TracksLayer

        from napari_devolearn.widgets.tracks.tree_canvas import TreeCanvas

        super().__init__(napari_viewer)
        self._followed: Any = None
        self._selecting: Any = None
        self.tracks_choice = LayerChoice(
            napari_viewer, TracksLayer, label="Tracks", tooltip="The tracks layer to draw as a tree."
        )
        self.canvas, self.chosen = TreeCanvas(), 0
        self.run_block = RunBlock(tooltip="", cancel="")
        self.run_block.run.visible = self.run_block.cancel.visible = False
        self._soon = qdebounced(self.draw, timeout=_REST, parent=self.native)
        self.tracks_choice.changed.connect(self._follow)
        self.canvas.clicked.connect(self._on_clicked)
        napari_viewer.dims.events.point.connect(self._later)
        napari_viewer.layers.selection.events.active.connect(self._on_active)
        self.lay_out(what=[self.tracks_choice], result=[self.canvas])
        self._on_active()
        self._follow(self.tracks_choice.layer)

    def missing(self) -> str:
        """What must be opened first."""
        return (
            ""
            if self.tracks_choice.layers
            else "No tracks to draw: Track labels first, or open a track table."
        )

    def draw(self) -> None:
        """Draw the tracks as they are now."""
        layer = self.tracks_choice.layer
        if layer is None or not len(layer.data):
            self.canvas.show_nothing(plot_theme(self._viewer))
            return
        tracks = Tracks.from_napari(layer.data, layer.graph)
        active = self._viewer.layers.selection.active
        self.chosen = int(getattr(active, "selected_label", self.chosen))
        frame = round(float(layer.world_to_data(self._viewer.dims.point)[-layer.ndim]))
        self.canvas.show_tracks(tracks, _names(layer), plot_theme(self._viewer), self.chosen, frame)

    def let_go(self) -> None:
        """Follow the viewer no longer."""
        self._soon.cancel()
        self._viewer.dims.events.point.disconnect(self._later)
        self._viewer.layers.selection.events.active.disconnect(self._on_active)
        self._select_in(None)
        self._watch(None)

    def _later(self, _: Any = None) -> None:
        self._soon()

    def _on_active(self, _: Any = None) -> None:
        self._select_in(self._viewer.layers.selection.active)
        self._later()

    def _select_in(self, layer: Any) -> None:
        """Follow the label that is selected in a labels layer."""
        selectable = hasattr(layer, "selected_label")
        if self._selecting is not None:
            self._selecting.events.selected_label.disconnect(self._later)
        self._selecting = layer if selectable else None
        if selectable:
            layer.events.selected_label.connect(self._later)

    def _follow(self, layer: Any) -> None:
        self._watch(layer)
        self._later()

    def _watch(self, layer: Any) -> None:
        """Draw again when a tracks layer changes."""
        for one, connect in ((self._followed, False), (layer, True)):
            if one is not None:
                for event in (one.events.rebuild_graph, one.events.properties):
                    (event.connect if connect else event.disconnect)(self._later)
        self._followed = layer

    def _on_clicked(self, label: int, frame: int) -> None:
        layer = self.tracks_choice.layer
        rows = layer.data[layer.data[:, 0] == label]
        at = rows[int(np.abs(rows[:, 1] - frame).argmin())]
        self.chosen = label
        active = self._viewer.layers.selection.active
        if hasattr(active, "selected_label"):
            active.selected_label = label
        go_to(self._viewer, layer, at[1:].tolist())
        self._later()


def _names(layer: Any) -> dict[int, Name]:
    if "name" not in layer.features:
        return {}
    ids, first = np.unique(layer.data[:, 0].astype(int), return_index=True)
    names, sure = layer.features["name"], layer.features["confidence"]
    return {int(k): Name(names[i], float(sure[i])) for k, i in zip(ids, first, strict=True) if names[i]}
