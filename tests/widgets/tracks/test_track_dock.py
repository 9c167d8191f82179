from __future__ import annotations

import time

import numpy as np
import pytest
from napari.layers import Labels, Tracks
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from helpers.docks.common import SECONDS
from helpers.drawn.movies import dividing
from napari_devolearn.tracking.linking import Linking
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.tracking.solve import iter_link
from napari_devolearn.tracking.steps import Steps
from napari_devolearn.widgets.tracks.linking import PASSES, FrameDone, LinkedLayer, iter_track
from napari_devolearn.widgets.tracks.track_dock import TrackDock


@pytest.fixture
def labels(viewer: Viewer) -> Labels:
    """The drawn division, calibrated, as (12, 1, 40, 40)."""
    return viewer.add_labels(
        dividing()[:, None].astype(np.uint32),
        name="nuclei",
        scale=(1, 1.0, 0.5, 0.5),
        units=("pixel", "um", "um", "um"),
        axis_labels=("t", "z", "y", "x"),
    )


@pytest.fixture
def dock(viewer: Viewer, labels: Labels) -> TrackDock:
    """The Track dock, opened as by napari's menu."""
    _, widget = viewer.window.add_plugin_dock_widget("napari-devolearn", "Track")
    return widget


def test_labels_become_tracks_with_a_division(
    viewer: Viewer, labels: Labels, dock: TrackDock, qtbot: QtBot
) -> None:
    before = labels.data.copy()
    dock.run_block.run.native.click()
    qtbot.waitUntil(lambda: not dock.running, timeout=SECONDS)
    assert dock.run_block.text == "4 tracks, 1 division."
    tracked, tracks = viewer.layers["nuclei tracked"], viewer.layers["nuclei tracks"]
    assert isinstance(tracks, Tracks)
    np.testing.assert_array_equal(labels.data, before)
    assert not labels.visible
    np.testing.assert_array_equal(tracked.data > 0, before > 0)
    assert tracks.graph == {3: [2], 4: [2]}
    assert list(tracks.features["event"]).count("division") == 1
    assert tuple(tracks.scale) == tuple(labels.scale)
    for label, t, z, y, x in tracks.data:
        assert tracked.data[int(t), int(z), round(y), round(x)] == label


def test_cancel_changes_nothing(viewer: Viewer, labels: Labels, dock: TrackDock) -> None:
    dock.run()
    dock.run_block.cancel.native.click()
    assert not dock.running
    assert list(viewer.layers) == [labels]
    assert "Cancelled" in dock.run_block.text


def test_linking_can_be_cancelled_and_shows_its_progress(
    viewer: Viewer, labels: Labels, dock: TrackDock, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[float] = []
    closed: list[bool] = []

    def iter_slowly(*given: object) -> Steps[Linking]:
        steps = iter_link(*given)
        try:
            while True:
                share = next(steps)
                seen.append(share)
                yield share
                time.sleep(0.01)
        finally:
            closed.append(True)

    monkeypatch.setattr("napari_devolearn.widgets.tracks.linking.iter_link", iter_slowly)
    dock.run()
    qtbot.waitUntil(lambda: dock.run_block.done > len(labels.data) + 2, timeout=SECONDS)
    dock.run_block.cancel.native.click()
    assert not dock.running
    assert list(viewer.layers) == [labels]
    qtbot.waitUntil(lambda: bool(closed), timeout=SECONDS)
    assert seen[-1] < 1
    assert list(viewer.layers) == [labels]


def test_the_progress_bar_reaches_its_end(labels: Labels) -> None:
    steps = list(iter_track(labels, LinkParams()))
    assert sum(isinstance(step, FrameDone) for step in steps) == PASSES * len(labels.data)
    assert isinstance(steps[-1], LinkedLayer)


def test_other_labels_are_refused(viewer: Viewer, dock: TrackDock) -> None:
    volume = viewer.add_labels(np.ones((4, 8, 8), np.uint32), name="one volume")
    dock.labels_choice.choose(volume)
    dock.run()
    assert not dock.running
    assert "one volume: not a movie" in dock.run_block.text
    one_frame = viewer.add_labels(np.ones((1, 4, 8, 8), np.uint32), name="one frame")
    dock.labels_choice.choose(one_frame)
    dock.run()
    assert "only one frame" in dock.run_block.text


def test_the_closed_dock_is_disconnected_from_the_viewer(
    viewer: Viewer, labels: Labels, dock: TrackDock
) -> None:
    dock.run()
    viewer.window.remove_dock_widget(dock.native)
    viewer.layers.clear()
    assert not dock.running


def test_cells_continue_through_a_frame_without_a_file() -> None:
    movie = dividing()[:, None].astype(np.uint32)
    movie[3] = 0
    layer = Labels(movie, metadata={"devolearn": {"frames": tuple(range(12)), "missing": (3,)}})
    *steps, linked = iter_track(layer, LinkParams(max_gap=1, fill_gaps=False))
    assert isinstance(linked, LinkedLayer)
    assert sum(isinstance(step, FrameDone) for step in steps) == PASSES * 12
    assert not linked.labels[3].any()
    lived_through = [row for row in linked.tracks.rows if row.begin < 3 < row.end]
    assert len(lived_through) == len(np.unique(movie[2])) - 1
