"""What a run has made stays: edited labels, completed frames, and the work of a closed dock."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from napari.layers import Image
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from helpers.docks.common import SECONDS, foreground, set_threshold, threads_over, up_to_date, wait_for_labels
from napari_devolearn.postprocess.threshold import threshold_mask
from napari_devolearn.simulate.embryo import SimulatedEmbryo
from napari_devolearn.widgets.segment.dock import SegmentDock
from napari_devolearn.widgets.segment.live import KEPT
from napari_devolearn.widgets.segment.session import Session

Run = Callable[..., Session]


def test_cancel_keeps_completed_frames(
    run: Run, dock: SegmentDock, image: Image, qtbot: QtBot, tiny_embryo: SimulatedEmbryo
) -> None:
    run("current slice")  # so that the model is loaded
    dock.choice.scope.choice.value = "whole movie"
    dock.run_block.run.native.click()
    session = dock.sessions.of_image(image)[-1]
    qtbot.waitUntil(lambda: session.cache.done.sum() >= 3, timeout=SECONDS)
    dock.run_block.cancel.native.click()
    assert dock.run_block.run.enabled
    assert not dock.run_block.cancel.enabled
    wait_for_labels(session, qtbot)
    finished = int(session.cache.done.sum())
    assert finished < 18
    assert foreground(session, (0, 3)).any()
    qtbot.waitUntil(threads_over, timeout=SECONDS)
    assert session.cache.done.sum() <= finished + 1


def test_edited_labels_are_never_overwritten(
    run: Run, dock: SegmentDock, viewer: Viewer, qtbot: QtBot, notes: list[str]
) -> None:
    session = run("current volume")
    edited = session.result.layer
    edited.paint((0, 3, 5, 5), 99)
    kept = edited.data.copy()
    set_threshold(dock, 0.9)
    assert dock.run_block.text == KEPT
    run("current volume")
    np.testing.assert_array_equal(edited.data, kept)
    assert edited in viewer.layers
    assert session.result.layer != edited
    assert session.result.layer.data.any()
    assert any("edited by hand and is kept" in note for note in notes)
    assert session.model.forward_passes == 6


def test_an_edit_during_a_run_is_kept_and_the_run_continues(
    run: Run, dock: SegmentDock, viewer: Viewer, image: Image, qtbot: QtBot
) -> None:
    session = run("current slice")
    edited = session.result.layer
    dock.choice.scope.choice.value = "whole movie"
    dock.run_block.run.native.click()
    qtbot.waitUntil(lambda: session.cache.done.sum() >= 3, timeout=SECONDS)
    edited.paint((0, 3, 5, 5), 99)
    kept = edited.data.copy()
    qtbot.waitUntil(lambda: not dock.running and up_to_date(session), timeout=SECONDS)
    np.testing.assert_array_equal(edited.data, kept)
    assert session.result.layer != edited
    assert session.result.layer.data.any(axis=(2, 3)).any(axis=1).all()


def test_unedited_labels_are_reused(run: Run, viewer: Viewer) -> None:
    run("current slice")
    run("current volume")
    assert [layer.name for layer in viewer.layers] == ["embryo", "embryo nuclei"]


def test_alternating_models_compute_nothing_again(run: Run, dock: SegmentDock, viewer: Viewer) -> None:
    first = run("current slice")
    labels = first.result.layer.data.copy()
    dock.choice.model.value = "membrane"
    assert "1 slice to compute" in dock.run_block.text
    set_threshold(dock, 0.9)  # moves nothing: nothing was run with this model
    np.testing.assert_array_equal(first.result.layer.data, labels)
    second = run("current slice")
    assert second is not first
    dock.choice.model.value = "nucleus"
    assert run("current slice") is first
    assert (first.model.forward_passes, second.model.forward_passes) == (1, 1)
    assert [layer.name for layer in viewer.layers] == ["embryo", "embryo nuclei", "embryo cells"]
    np.testing.assert_array_equal(foreground(first, (0, 3)), threshold_mask(first.cache.data[0, 3], 0.9))


def test_a_reopened_dock_continues(run: Run, dock: SegmentDock, viewer: Viewer, qtbot: QtBot) -> None:
    session = run("current volume")
    set_threshold(dock, 0.8)
    wait_for_labels(session, qtbot)
    viewer.window.remove_dock_widget(dock.native)
    _, again = viewer.window.add_plugin_dock_widget("napari-devolearn", "Segment")
    assert again is not dock
    assert again.fields.params.threshold == 0.8
    assert again.session is session
    set_threshold(again, 0.3)
    np.testing.assert_array_equal(foreground(session, (0, 3)), threshold_mask(session.cache.data[0, 3], 0.3))
    assert session.model.forward_passes == 6
