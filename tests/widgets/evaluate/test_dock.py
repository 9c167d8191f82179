from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from napari.layers import Labels
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt

from helpers.docks.common import SECONDS, save_as
from helpers.drawn.lineage import FRAMES, VOXEL_SIZE, drawn_labels, drawn_tracks
from helpers.drawn.mistakes import CASES, TRUTH
from helpers.files.ctc_folders import write_dataset, write_masks
from napari_devolearn.postprocess.centroids import track_points
from napari_devolearn.widgets.evaluate.dock import EvaluateDock

KINDS = ["false_negative", "false_positive", "split", "merged", "misshapen"]
PLACED = {
    "scale": (1, *VOXEL_SIZE),
    "translate": (5, 0, 0, 0),
    "units": ("pixel", "um", "um", "um"),
    "axis_labels": ("t", "z", "y", "x"),
}


@pytest.fixture
def dock(viewer: Viewer) -> EvaluateDock:
    """The Evaluate dock, opened as by napari's menu."""
    _, widget = viewer.window.add_plugin_dock_widget("napari-devolearn", "Evaluate")
    return widget


@pytest.fixture
def cases(viewer: Viewer, dock: EvaluateDock) -> tuple[Labels, Labels]:
    """Each drawn case as a frame, the first being number 5; the second slice is empty."""
    planes = np.stack([case.labels for case in CASES.values()])
    numbers = {"metadata": {"devolearn": {"frames": tuple(range(5, 5 + len(planes)))}}}
    layers = []
    for name, movie in (("result", planes), ("truth", np.stack([TRUTH] * len(planes)))):
        movie = np.stack([movie, movie * 0], axis=1)
        layers.append(viewer.add_labels(movie, name=name, **PLACED, **numbers))
    assert dock.result.labels_choice.layer == layers[0]
    assert dock.truth.labels_choice.layer == layers[1]
    return layers[0], layers[1]


def evaluate(dock: EvaluateDock, qtbot: QtBot) -> None:
    dock.run_block.run.native.click()
    assert dock.running
    qtbot.waitUntil(lambda: not dock.running, timeout=SECONDS)
    qtbot.waitUntil(lambda: dock.view is None or not dock.view.pending, timeout=SECONDS)


def frame_of(case: str) -> int:
    return list(CASES).index(case)


def click_plot(dock: EvaluateDock, frame: int, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: dock.canvas.result is not None and not dock.canvas.busy, timeout=SECONDS)
    place = dock.canvas.position_of(frame, 0.5).toPoint()
    qtbot.mouseClick(dock.canvas, Qt.MouseButton.LeftButton, pos=place)


def test_scores_layers_plot_and_table(
    dock: EvaluateDock,
    cases: tuple[Labels, Labels],
    viewer: Viewer,
    qtbot: QtBot,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    result, truth = cases
    evaluate(dock, qtbot)
    found = dock.view.evaluated
    assert found.by_frame[5 + frame_of("two merged")]["seg"] == 0.5
    assert (found.total["false_negatives"], found.total["false_positives"], found.total["split"]) == (1, 1, 1)
    assert "SEG" in dock.scores.value

    assert list(dock.view.layers) == KINDS
    for kind, layer in dock.view.layers.items():
        assert layer.name == f"result: {kind.replace('_', ' ')}"
        for name in ("scale", "translate"):
            np.testing.assert_array_equal(getattr(layer, name), getattr(result, name))
        assert (layer.units, layer.axis_labels) == (result.units, result.axis_labels)
    missed = viewer.layers["result: false negative"].data
    np.testing.assert_array_equal(missed[frame_of("one missed"), 0], np.where(TRUTH == 1, 1, 0))
    assert not np.delete(missed, frame_of("one missed"), axis=0).any()
    split = viewer.layers["result: split"].data[frame_of("one split in two"), 0]
    assert set(np.unique(split)) == {0, 1, 3}

    viewer.dims.set_current_step(0, 0)
    click_plot(dock, 5 + frame_of("two merged"), qtbot)
    assert viewer.dims.current_step[0] == frame_of("two merged")

    worst = [dock.table.rows.index(0, column).data() for column in range(5)]
    assert worst == [str(5 + frame_of("one missed")), "false negative", "0.000", "1", "0"]
    index = dock.table.rows.index(1, 0)  # false positives have a position only in the result
    qtbot.mouseClick(
        dock.table.viewport(), Qt.MouseButton.LeftButton, pos=dock.table.visualRect(index).center()
    )
    assert viewer.dims.current_step[0] == frame_of("one invented")
    assert result.selected_label == 3
    dock.bar.worst_object.native.click()
    assert viewer.dims.current_step[0] == frame_of("one missed")
    assert truth.selected_label == 1
    dock.bar.score.value = "f1"
    dock.bar.worst_frame.native.click()
    assert viewer.dims.current_step[0] == frame_of("two merged")

    save_as(tmp_path / "scores.json", dock.bar.save, monkeypatch)
    qtbot.waitUntil((tmp_path / "scores.json").exists, timeout=SECONDS)
    assert json.loads((tmp_path / "scores.json").read_text())["frames"][0]["frame"] == 5


def test_a_second_run_replaces_the_layers_and_uses_chosen_frames(
    dock: EvaluateDock, cases: tuple[Labels, Labels], viewer: Viewer, qtbot: QtBot
) -> None:
    assert dock.frames.last.native.text() == "the last"
    evaluate(dock, qtbot)
    dock.frames.first.value = 5 + frame_of("one split in two")
    dock.frames.last.value = 5 + frame_of("one split in two")
    evaluate(dock, qtbot)
    assert [layer.name for layer in viewer.layers] == ["result", "truth", "result: split"]
    assert list(dock.view.evaluated.by_frame) == [5 + frame_of("one split in two")]
    assert dock.run_block.text.startswith("1 frame compared")


def test_tracks_are_scored_and_a_missed_division_is_a_star(
    dock: EvaluateDock, viewer: Viewer, qtbot: QtBot
) -> None:
    labels, tracks = drawn_labels(), drawn_tracks()
    points = track_points(labels)
    numbers = {"metadata": {"devolearn": {"frames": FRAMES}}}
    placed = PLACED | {"translate": (7, 0, 0, 0)}
    for name, graph in (("result", {4: [3]}), ("truth", tracks.graph)):
        layer = viewer.add_labels(labels.copy(), name=name, **placed, **numbers)
        of_tracks = viewer.add_tracks(points, graph=graph, name=f"{name} tracks", **placed)
        side = getattr(dock, name)
        side.labels_choice.choose(layer)
        assert side.tracks_choice.layer == of_tracks
    evaluate(dock, qtbot)
    total = dock.view.evaluated.total
    assert total["seg"] == total["det"] == 1
    assert 0.9 < total["tra"] < 1
    assert total["division_recall"] == 0
    (star,) = viewer.layers["result: false negative divisions"].data
    assert star[0] == 1
    assert labels[tuple(star.astype(int))] == 1


def test_folders_are_opened_and_only_labelled_frames_compared(
    dock: EvaluateDock, viewer: Viewer, qtbot: QtBot, tmp_path: Path
) -> None:
    """`SEG` has one plane of frame 8; the rest of its layer is empty, which is not a mistake."""
    write_dataset(tmp_path)
    result = write_masks(tmp_path / "01_RES", "mask{:03d}.tif", "res_track.txt")
    for side, folder in ((dock.result, result), (dock.truth, tmp_path / "01_GT")):
        side.open_folder(folder)
        qtbot.waitUntil(lambda side=side: side.folder.enabled, timeout=SECONDS)
    assert dock.truth.labels_choice.layer.name == "01_GT/SEG"
    assert dock.truth.tracks_choice.layer is not None
    assert dock.markers.layer.name == "01_GT/TRA"
    evaluate(dock, qtbot)
    total = dock.view.evaluated.total
    assert [total[name] for name in ("seg", "det", "tra", "lnk")] == [1, 1, 1, 1]
    assert (total["ground_truth"], total["false_positives"]) == (1, 0)
    assert not dock.view.layers


def test_inputs_that_do_not_match_are_refused(
    dock: EvaluateDock, viewer: Viewer, qtbot: QtBot, notes: list[str], tmp_path: Path
) -> None:
    dock.run()
    assert "Nothing to compare" in dock.run_block.text
    flat = viewer.add_labels(TRUTH, name="flat")
    other = viewer.add_labels(TRUTH[:, :-1], name="other")
    dock.result.labels_choice.choose(other)
    dock.truth.labels_choice.choose(flat)
    evaluate(dock, qtbot)
    assert any("frames of 1 x 4 x 9" in note and "1 x 4 x 10" in note for note in notes)
    same = viewer.add_labels(CASES["one missed"].labels, name="same")
    dock.result.labels_choice.choose(same)
    evaluate(dock, qtbot)
    assert dock.view.evaluated.total["false_negatives"] == 1
    dock.bar.worst_object.native.click()
    dock.bar.worst_frame.native.click()
    movie = viewer.add_labels(TRUTH[None], name="movie", axis_labels=("t", "y", "x"))
    empty = viewer.add_labels(np.zeros((2, 4, 10), int), name="empty", axis_labels=("t", "y", "x"))
    dock.result.labels_choice.choose(movie)
    dock.truth.labels_choice.choose(empty)
    evaluate(dock, qtbot)
    assert any("no labels for frames 1 of empty" in note for note in notes)
    dock.result.open_folder(tmp_path)
    qtbot.waitUntil(lambda: "no masks in this folder" in dock.run_block.text, timeout=SECONDS)
    assert dock.result.folder.enabled


def test_sides_are_found_by_name_and_can_be_swapped(dock: EvaluateDock, viewer: Viewer) -> None:
    true = viewer.add_labels(TRUTH, name="true nuclei")
    assert not dock.run_block.run.enabled
    found = viewer.add_labels(TRUTH.copy(), name="embryo nuclei")
    assert (dock.result.labels_choice.layer, dock.truth.labels_choice.layer) == (found, true)
    assert found not in dock.truth.labels_choice.layers
    dock.swap.native.click()
    assert (dock.result.labels_choice.layer, dock.truth.labels_choice.layer) == (true, found)
    assert dock.run_block.run.enabled


def test_tracks_go_with_their_labels_to_the_other_side(dock: EvaluateDock, viewer: Viewer) -> None:
    labels = drawn_labels()
    true = viewer.add_labels(labels, name="true nuclei", **PLACED)
    tracks = viewer.add_tracks(track_points(labels), name="tracks", **PLACED)
    assert (dock.result.labels_choice.layer, dock.result.tracks_choice.layer) == (true, tracks)
    notes = {"devolearn": {"source": "simulated", "linked": False}}  # as of a run
    tracks.metadata["devolearn"] = {"source": "simulated"}
    found = viewer.add_labels(np.zeros_like(labels), name="embryo nuclei", metadata=notes, **PLACED)
    assert (dock.result.labels_choice.layer, dock.result.tracks_choice.layer) == (found, None)
    assert (dock.truth.labels_choice.layer, dock.truth.tracks_choice.layer) == (true, tracks)


def test_cancel_removal_and_closing(
    dock: EvaluateDock, cases: tuple[Labels, Labels], viewer: Viewer, qtbot: QtBot
) -> None:
    dock.run_block.run.native.click()
    dock.run_block.cancel.native.click()
    assert not dock.running
    assert dock.view is None
    dock.run_block.run.native.click()
    viewer.layers.remove("truth")
    assert "removed" in dock.run_block.text
    viewer.window.remove_dock_widget(dock.native)
    viewer.layers.clear()
    assert dock.result.labels_choice.native.count() > 0  # it no longer listens
