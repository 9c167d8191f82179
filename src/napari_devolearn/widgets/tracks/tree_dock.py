"""The Lineage tree dock: tracks as a tree, linked with the viewer in both directions."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from napari.layers import Tracks as TracksLayer
from napari.viewer import Viewer
from qtpy.QtCore import Qt, Signal
from superqt.utils import qdebounced

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.lineage.naming.track_names import Name
from napari_devolearn.lineage.plot.palette import PALETTES, Theme
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.lineage.tree import Tree, draw_tree, lay_out
from napari_devolearn.widgets.common.figure_view import FigureView
from napari_devolearn.widgets.common.form.dock import Dock
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.layers import Listener
from napari_devolearn.widgets.common.view import go_to, plot_theme, position_in_view

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

_REST = 80
"""Milliseconds without a change of the view before the tree is drawn again."""


class _Drawn(NamedTuple):
    axes: Axes
    tree: Tree | None


class TreeView(FigureView):
    """A lineage tree; a click selects a cell and a frame."""

    clicked = Signal(int, int)  # a track and a frame

    def mousePressEvent(self, event: Any) -> None:  # noqa: N802
        """Select the cell nearest to the mouse among those of its frame."""
        point = self.point_at(event.position()) if event.button() == Qt.MouseButton.LeftButton else None
        if point is not None and self.result.tree is not None:
            label = self.result.tree.nearest(*point)
            if label is not None:
                self.clicked.emit(label, round(point[1]))


class TreeDock(Dock):
    """A click in the tree goes to the cell; the cell with the selected label is drawn thicker."""

    def __init__(self, napari_viewer: Viewer) -> None:
        run_block = RunBlock(tooltip="", cancel="")
        run_block.run.visible = run_block.cancel.visible = False
        super().__init__(napari_viewer, run_block)
        self._tracks = Listener(self._later, "rebuild_graph", "properties")
        self._selected = Listener(self._later, "selected_label")
        self.tracks_choice = LayerChoice(
            napari_viewer, TracksLayer, "Tracks", "The tracks layer to draw as a tree."
        )
        self.canvas, self.chosen = TreeView(200, 160, "Lineage tree"), 0
        self.canvas.setToolTip("Click: go to a cell.")
        self._soon = qdebounced(self.draw, timeout=_REST, parent=self.native)
        self.tracks_choice.changed.connect(self._follow_tracks)
        self.canvas.clicked.connect(self._on_clicked)
        self.follow(napari_viewer.dims.events.point, self._later)
        self.follow(napari_viewer.events.theme, self._later)
        self.follow(napari_viewer.layers.selection.events.active, self._on_active)
        self.on_release.callback(self.canvas.stop)
        self.on_release.callback(self._soon.cancel)
        for listener in (self._tracks, self._selected):
            self.on_release.callback(listener.listen_to, None)
        self.lay_out(what=[self.tracks_choice], result=[self.canvas])
        self._on_active()
        self._follow_tracks(self.tracks_choice.layer)

    def check(self) -> None:
        """Tracks are needed."""
        if not self.tracks_choice.layers:
            raise ImageFormatError("No tracks to draw; track labels first, or open a track table.")

    def draw(self) -> None:
        """Draw the current tracks."""
        layer, theme = self.tracks_choice.layer, plot_theme(self._viewer)
        if layer is None or not len(layer.data):
            self.canvas.draw(_draw_nothing)
            return
        tracks, names = Tracks.from_napari(layer.data, layer.graph), _names(layer)
        active = self._viewer.layers.selection.active
        self.chosen = int(getattr(active, "selected_label", self.chosen))
        frame = round(float(position_in_view(self._viewer, layer)[0]))
        self.canvas.draw(partial(_draw, tracks, names, theme, self.chosen, frame))

    def _later(self, _: Any = None) -> None:
        self._soon()

    def _on_active(self, _: Any = None) -> None:
        active = self._viewer.layers.selection.active
        self._selected.listen_to(active if hasattr(active, "selected_label") else None)
        self._later()

    def _follow_tracks(self, layer: Any) -> None:
        self._tracks.listen_to(layer)
        self._later()

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


def _draw_nothing(figure: Figure) -> _Drawn:
    axes = figure.add_subplot()
    axes.set_axis_off()
    return _Drawn(axes, None)


def _draw(
    tracks: Tracks, names: Mapping[int, Name], theme: Theme, chosen: int, frame: int, figure: Figure
) -> _Drawn:
    """Draw the tree; the selected track is thicker, and a line marks the current frame."""
    tree = lay_out(tracks, names)
    figure.set_layout_engine("constrained")
    axes = figure.add_subplot()
    draw_tree(axes, tree, names, theme, chosen)
    axes.spines[:].set_color(PALETTES[theme].text)
    axes.axhline(frame, color=PALETTES[theme].text, linewidth=0.6, linestyle="--")
    return _Drawn(axes, tree)
