from __future__ import annotations

import numpy as np
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from helpers.drawn.movies import dividing
from napari_devolearn.tracking.link import link
from napari_devolearn.widgets.tracks.layers import add_track_layers
from napari_devolearn.widgets.tracks.linking import LinkedLayer, points_of_frame, sorted_points


def test_tree_and_viewer_follow_each_other(viewer: Viewer, qtbot: QtBot) -> None:
    source = viewer.add_labels(
        dividing()[:, None].astype(np.uint32), name="nuclei", axis_labels=tuple("tzyx")
    )
    labels, tracks = link(source.data)
    points = sorted_points([points_of_frame(t, frame) for t, frame in enumerate(labels)])
    tracked, layer = add_track_layers(viewer, source, LinkedLayer(labels, tracks, points))
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Lineage tree")
    qtbot.waitUntil(lambda: dock.canvas.result is not None and dock.canvas.result.tree is not None)
    assert set(dock.canvas.result.tree.place) == {1, 2, 3, 4}
    dock.canvas.clicked.emit(4, 9)
    assert tracked.selected_label == 4
    assert viewer.dims.current_step[0] == 9
    tracked.selected_label = 3
    qtbot.waitUntil(lambda: dock.chosen == 3)
    viewer.dims.set_current_step(0, 8)
    qtbot.waitUntil(lambda: 8 in dock.canvas.result.axes.lines[-1].get_ydata())
    layer.graph = {}
    layer.graph = {3: [2], 4: [2]}
    qtbot.waitUntil(lambda: dock.canvas.result.tree.tracks.children(2) == (3, 4))
    viewer.window.remove_dock_widget(dock.native)
    viewer.layers.clear()


def test_without_tracks_the_status_tells_what_to_do(viewer: Viewer, qtbot: QtBot) -> None:
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Lineage tree")
    assert "track labels first" in dock.run_block.text
    qtbot.waitUntil(lambda: dock.canvas.result is not None)
    assert dock.canvas.result.tree is None
