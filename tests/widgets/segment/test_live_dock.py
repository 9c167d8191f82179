"""The live threshold in the window."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from helpers.docks.common import SECONDS, foreground, go_to_slice, set_threshold, wait_for_labels
from napari_devolearn.postprocess.threshold import threshold_mask
from napari_devolearn.widgets.segment.dock import SegmentDock
from napari_devolearn.widgets.segment.session import Session

Run = Callable[..., Session]


def test_the_threshold_is_live_without_a_forward_pass(run: Run, dock: SegmentDock, qtbot: QtBot) -> None:
    session = run("current volume")
    passes = session.model.forward_passes
    assert passes == 6
    for threshold in (0.2, 0.9):
        set_threshold(dock, threshold)
        at_once = foreground(session, (0, 3)).copy()
        np.testing.assert_array_equal(at_once, threshold_mask(session.cache.data[0, 3], threshold))
        wait_for_labels(session, qtbot)
        expected = session.label(session.labelled_with((0, 0)), dock.fields.params).labels
        np.testing.assert_array_equal(session.result.layer.data[0], expected)
    assert session.model.forward_passes == passes


def test_mask_and_instances_can_be_switched_live(run: Run, dock: SegmentDock, qtbot: QtBot) -> None:
    session = run("current slice")
    output = dock.fields["output"]
    output.value = "mask"
    assert set(np.unique(session.result.layer.data)) == {0, 1}
    output.value = "instances"
    assert len(np.unique(session.result.layer.data)) > 2
    assert session.model.forward_passes == 1


def test_a_slice_is_computed_when_it_is_shown(
    run: Run, viewer: Viewer, dock: SegmentDock, qtbot: QtBot
) -> None:
    session = run("current slice")
    go_to_slice(2, 2, session, viewer, qtbot)
    assert session.model.forward_passes == 2
    set_threshold(dock, 0.8)
    np.testing.assert_array_equal(foreground(session, (2, 2)), threshold_mask(session.cache.data[2, 2], 0.8))
    assert session.model.forward_passes == 2


def test_the_threshold_is_live_in_3d(run: Run, dock: SegmentDock, viewer: Viewer, qtbot: QtBot) -> None:
    session = run("current volume")
    before = (session.result.layer.data > 0).sum()
    viewer.dims.ndisplay = 3
    set_threshold(dock, 0.9)
    wait_for_labels(session, qtbot)
    assert 0 < (session.result.layer.data > 0).sum() < before


def test_two_docks_update_the_same_labels(run: Run, dock: SegmentDock, viewer: Viewer, qtbot: QtBot) -> None:
    session = run("current slice")
    other = SegmentDock(viewer)
    qtbot.addWidget(other.native)
    set_threshold(other, 0.9)
    other.run_block.run.native.click()
    qtbot.waitUntil(lambda: not other.running, timeout=SECONDS)
    wait_for_labels(session, qtbot)
    np.testing.assert_array_equal(foreground(session, (0, 3)), threshold_mask(session.cache.data[0, 3], 0.9))
    viewer.dims.current_step = (0, 3, 0, 0)  # the slider that was moved last counts, not the one that looks
    assert session.params.threshold == 0.9
    assert [layer.name for layer in viewer.layers] == ["embryo", "embryo nuclei"]
    assert session.model.forward_passes == 1
    other.release()


def test_hidden_frames_follow_the_threshold(run: Run, dock: SegmentDock, qtbot: QtBot) -> None:
    session = run("whole movie")
    before = session.result.layer.data[2].copy()
    set_threshold(dock, 0.9)
    wait_for_labels(session, qtbot)
    assert (session.result.layer.data[2] > 0).sum() < (before > 0).sum()
    assert session.model.forward_passes == 18


def test_defaults_are_restored_live(run: Run, dock: SegmentDock) -> None:
    session = run("current slice")
    set_threshold(dock, 0.9)
    dock.fields.restore()
    np.testing.assert_array_equal(foreground(session, (0, 3)), threshold_mask(session.cache.data[0, 3], 0.5))
