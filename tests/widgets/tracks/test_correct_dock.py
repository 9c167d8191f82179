from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from napari.layers import Labels, Tracks
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QApplication

from helpers.docks.common import SECONDS, threads_over
from helpers.docks.tracks import finish, press
from napari_devolearn.lineage.naming.sulston import load_sulston
from napari_devolearn.widgets.tracks.correct_dock import CorrectDock
from napari_devolearn.widgets.tracks.linking import iter_read


def test_merge_and_undo_change_labels_and_tracks(
    viewer: Viewer, dock: CorrectDock, layers: tuple[Labels, Tracks]
) -> None:
    labels, tracks = layers
    before, points = labels.data.copy(), tracks.data.copy()
    viewer.dims.set_current_step(0, 8)
    press(dock, "Merge", 3, 4)
    assert not (labels.data[8] == 4).any()
    assert tracks.graph == {3: [2], 4: [2], 5: [4]}
    assert set(tracks.features["edited"]) == {0, 1}
    dock.undo_button.native.click()
    np.testing.assert_array_equal(labels.data, before)
    np.testing.assert_allclose(tracks.data, points)
    assert tracks.graph == {3: [2], 4: [2]}


@pytest.fixture
def slowly(monkeypatch: pytest.MonkeyPatch) -> None:
    """Reading takes a tenth of a second per frame."""

    def iter_slowly(*given: Labels | Tracks) -> Iterator[object]:
        for step in iter_read(*given):
            time.sleep(0.1)
            yield step

    monkeypatch.setattr("napari_devolearn.widgets.tracks.work.iter_read", iter_slowly)


@pytest.mark.usefixtures("slowly")
def test_tracks_are_read_in_a_thread_before_the_first_correction(
    viewer: Viewer, dock: CorrectDock, layers: tuple[Labels, Tracks], qtbot: QtBot
) -> None:
    viewer.dims.set_current_step(0, 8)
    dock.first.value = 3
    dock.second.value = 4
    dock.buttons["Merge"].native.click()
    qtbot.waitUntil(lambda: dock.run_block.done > 3, timeout=SECONDS)
    assert dock.run_block.text == "Reading the tracks…"
    assert not any(button.enabled for button in (*dock.buttons.values(), dock.undo_button))
    take_picture(viewer, "reading")
    viewer.dims.set_current_step(0, 2)  # what was asked for is of the frame that was in view
    finish(dock)
    assert not (layers[0].data[8] == 4).any()
    assert all(button.enabled for button in dock.buttons.values())
    take_picture(viewer, "corrected")
    dock.undo_button.native.click()
    assert (layers[0].data[8] == 4).any()


@pytest.mark.usefixtures("slowly")
@pytest.mark.parametrize("how", ["cancel", "close", "remove"])
def test_cancelled_reading_changes_nothing(
    viewer: Viewer, dock: CorrectDock, layers: tuple[Labels, Tracks], qtbot: QtBot, how: str
) -> None:
    before = layers[0].data.copy()
    dock.first.value = 2
    dock.buttons["Remove division"].native.click()
    qtbot.waitUntil(lambda: dock.run_block.done > 1, timeout=SECONDS)
    if how == "cancel":
        dock.run_block.cancel.native.click()
        assert dock.run_block.text == "Cancelled; nothing was changed."
    elif how == "close":
        viewer.window.remove_dock_widget(dock.native)
    else:
        viewer.layers.remove(layers[1])
    assert not dock.running
    qtbot.waitUntil(threads_over, timeout=SECONDS)
    assert dock.state is None
    assert layers[1].graph == {3: [2], 4: [2]}
    np.testing.assert_array_equal(layers[0].data, before)


def test_a_correction_whose_dock_is_closed_changes_nothing(
    viewer: Viewer, dock: CorrectDock, layers: tuple[Labels, Tracks], qtbot: QtBot
) -> None:
    press(dock, "Set name", 1)
    before = layers[0].data.copy()
    viewer.dims.set_current_step(0, 8)
    dock.first.value = 3
    dock.second.value = 4
    dock.buttons["Merge"].native.click()
    assert not dock.run_block.cancel.enabled
    viewer.window.remove_dock_widget(dock.native)
    qtbot.waitUntil(threads_over, timeout=SECONDS)
    np.testing.assert_array_equal(layers[0].data, before)
    assert layers[1].graph == {3: [2], 4: [2]}


def take_picture(viewer: Viewer, name: str) -> None:
    """Save a screenshot of the window, if requested."""
    if folder := os.environ.get("TRACK_PICTURE"):
        QApplication.processEvents()
        viewer.window.screenshot(str(Path(folder) / f"{name}.png"), canvas_only=False, flash=False)


def test_untracked_labels_are_refused(viewer: Viewer, layers: tuple[Labels, Tracks]) -> None:
    labels, _ = layers
    shuffled = np.choose(labels.data, [0, 2, 1, 4, 3]).astype(np.uint32)  # the same numbers on other objects
    other = viewer.add_labels(shuffled, name="not tracked")
    viewer.layers.move(viewer.layers.index(other), 0)
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Correct tracks")
    assert dock.labels_choice.layer == labels
    dock.labels_choice.choose(other)
    press(dock, "Link", 1, 2)
    assert "not tracked: no Tracks layer belongs to these labels" in dock.run_block.text


def test_a_division_is_removed_and_restored(dock: CorrectDock, layers: tuple[Labels, Tracks]) -> None:
    _, tracks = layers
    press(dock, "Remove division", 2)
    assert tracks.graph == {}
    press(dock, "Link", 2, 3)
    press(dock, "Add division", 2, 4)
    assert len(tracks.graph) == 2
    assert all(parents == [2] for parents in tracks.graph.values())


def test_a_name_is_passed_to_descendants(dock: CorrectDock, layers: tuple[Labels, Tracks]) -> None:
    _, tracks = layers
    dock.cell_name.value = "E"
    press(dock, "Set name", 1)
    assert set(tracks.features["name"]) == {"E", ""}
    assert load_sulston().daughters("E") == ("Ea", "Ep")


def test_impossible_corrections_are_reported_and_change_nothing(
    dock: CorrectDock, layers: tuple[Labels, Tracks]
) -> None:
    before = layers[0].data.copy()
    press(dock, "Link", 1, 3)
    assert "cut it first" in dock.run_block.text
    press(dock, "Split", 999)
    assert "label 999: not in frame" in dock.run_block.text
    np.testing.assert_array_equal(layers[0].data, before)


def test_corrections_survive_saving_and_opening(
    viewer: Viewer, dock: CorrectDock, layers: tuple[Labels, Tracks], tmp_path: Path
) -> None:
    viewer.dims.set_current_step(0, 8)
    press(dock, "Split", 1)
    dock.cell_name.value = "E"
    press(dock, "Set name", 2)
    viewer.layers.selection = set(layers)
    viewer.layers.save(str(tmp_path / "01_RES"), selected=True, plugin="napari-devolearn")
    viewer.layers.clear()
    viewer.open(tmp_path / "01_RES", plugin="napari-devolearn")
    press(dock, "Set name", 2)
    assert dock.state is not None
    assert dock.state.corrections.edited >= {1, 2}
    assert dock.state.corrections.painted == {8}
    assert dock.state.corrections.known == {2: "E"}


def test_a_picked_label_becomes_the_first_and_the_previous_one_the_second(
    viewer: Viewer, dock: CorrectDock, layers: tuple[Labels, Tracks]
) -> None:
    layers[0].selected_label = 3
    layers[0].selected_label = 4
    assert (dock.first.value, dock.second.value) == (4, 3)
    viewer.window.remove_dock_widget(dock.native)
    layers[0].selected_label = 2
    assert (dock.first.value, dock.second.value) == (4, 3)


def test_undo_and_redo(viewer: Viewer, dock: CorrectDock, layers: tuple[Labels, Tracks]) -> None:
    before = layers[0].data.copy()
    dock.undo_button.native.click()
    assert dock.run_block.text == "Nothing to undo."
    viewer.dims.set_current_step(0, 8)
    press(dock, "Merge", 3, 4)
    merged, graph = layers[0].data.copy(), dict(layers[1].graph)
    dock.undo_button.native.click()
    np.testing.assert_array_equal(layers[0].data, before)
    dock.redo_button.native.click()
    np.testing.assert_array_equal(layers[0].data, merged)
    assert layers[1].graph == graph
    dock.redo_button.native.click()
    assert dock.run_block.text == "Nothing to redo."
    dock.undo_button.native.click()
    press(dock, "Unlink", 1)
    dock.redo_button.native.click()
    assert dock.run_block.text == "Nothing to redo."


def test_the_newest_tracked_labels_are_chosen(viewer: Viewer, layers: tuple[Labels, Tracks]) -> None:
    ground_truth = viewer.add_labels(layers[0].data.copy(), name="ground truth", axis_labels=tuple("tzyx"))
    viewer.layers.move(viewer.layers.index(ground_truth), 0)
    image = viewer.add_image(layers[0].data.astype(np.uint8), name="movie")
    viewer.layers.selection.active = image
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Correct tracks")
    assert dock.labels_choice.layer == layers[0]


def test_of_tracks_that_lie_on_the_labels_those_of_their_name_are_corrected(
    viewer: Viewer, dock: CorrectDock, layers: tuple[Labels, Tracks]
) -> None:
    _, tracks = layers
    truth = viewer.add_tracks(tracks.data, graph=tracks.graph, name="tracks")
    press(dock, "Remove division", 2)
    assert tracks.graph == {}
    assert truth.graph == {3: [2], 4: [2]}


def test_only_manual_names_are_kept_and_only_cell_names_accepted(dock: CorrectDock) -> None:
    dock.cell_name.value = "frog"
    press(dock, "Set name", 1)
    assert "name 'frog': not a cell name" in dock.run_block.text
    dock.cell_name.value = "E"
    press(dock, "Set name", 1)
    dock.name_button.native.click()
    finish(dock)
    assert dock.state is not None
    assert dock.state.corrections.known == {1: "E"}
    assert dock.state.names[1].name == "E"
