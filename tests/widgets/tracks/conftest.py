"""The drawn division, tracked, and the dock that corrects it."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Labels, Tracks
from napari.viewer import Viewer

from helpers.drawn.movies import dividing
from napari_devolearn.tracking.link import link
from napari_devolearn.widgets.tracks.correct_dock import CorrectDock
from napari_devolearn.widgets.tracks.layers import add_track_layers
from napari_devolearn.widgets.tracks.linking import LinkedLayer, points_of_frame, sorted_points


@pytest.fixture
def layers(viewer: Viewer) -> tuple[Labels, Tracks]:
    """The drawn division, tracked: 1 drifts; 2 divides after frame 5 into 3 and 4."""
    source = viewer.add_labels(
        dividing()[:, None].astype(np.uint32), name="nuclei", axis_labels=tuple("tzyx")
    )
    labels, tracks = link(source.data)
    points = sorted_points([points_of_frame(t, frame) for t, frame in enumerate(labels)])
    found = add_track_layers(viewer, source, LinkedLayer(labels, tracks, points))
    viewer.layers.remove(source)
    return found


@pytest.fixture
def dock(viewer: Viewer, layers: tuple[Labels, Tracks]) -> CorrectDock:
    """The dock, as napari's menu makes it."""
    _, widget = viewer.window.add_plugin_dock_widget("napari-devolearn", "Correct tracks")
    return widget
