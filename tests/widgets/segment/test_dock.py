from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from napari.layers import Image
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from helpers.docks.common import SECONDS, foreground, set_threshold, wait_for_labels
from napari_devolearn.simulate.embryo import SimulatedEmbryo
from napari_devolearn.widgets.segment.dock import SegmentDock
from napari_devolearn.widgets.segment.session import Session

Run = Callable[..., Session]


def iou(mask: np.ndarray, truth: np.ndarray) -> float:
    return float((mask & truth).sum() / (mask | truth).sum())


def test_a_slice_is_segmented_and_aligned_with_the_image(
    run: Run, image: Image, dock: SegmentDock, tiny_embryo: SimulatedEmbryo
) -> None:
    session = run("current slice")
    layer = session.result.layer
    assert session.model.forward_passes == 1
    assert iou(foreground(session, (0, 3)), tiny_embryo.labels[0, 3] > 0) > 0.6
    assert not foreground(session, (0, 2)).any()
    assert layer.name == "embryo nuclei"
    assert layer.data.shape == image.data.shape
    assert layer.data.dtype == np.uint32
    np.testing.assert_array_equal(layer.scale, image.scale)
    np.testing.assert_array_equal(layer.translate, image.translate)
    assert (layer.units, layer.axis_labels) == (image.units, image.axis_labels)
    assert layer.metadata["devolearn"]["frames"] == (5, 6, 7)
    assert "cpu" in dock.run_block.text or "cuda" in dock.run_block.text


def test_a_range_of_frames_uses_the_numbers_of_the_files(run: Run, dock: SegmentDock) -> None:
    dock.choice.scope.choice.value = "range of frames"
    dock.choice.scope.first.value = 6
    dock.choice.scope.last.value = 7
    session = run("range of frames")
    assert session.cache.done.all(axis=1).tolist() == [False, True, True]
    assert session.result.final.all(axis=1).tolist() == [False, True, True]


def test_the_probability_is_shown_on_request(
    run: Run, dock: SegmentDock, viewer: Viewer, image: Image
) -> None:
    session = run("current slice")
    dock.bar.probability.value = True
    layer = viewer.layers["embryo probability"]
    np.testing.assert_array_equal(layer.data, session.cache.data)
    np.testing.assert_array_equal(layer.scale, image.scale)
    assert dock.choice.image.layers == [image]
    dock.bar.probability.value = False
    assert "embryo probability" not in viewer.layers


@pytest.mark.parametrize(
    ("pixels", "rgb", "message"),
    [
        (np.full((8, 40, 40), np.nan, np.float32), False, "NaN"),
        (np.zeros((40, 40, 3), np.uint8), True, "RGB"),
        (np.zeros((1, 1, 1, 40, 40), np.uint8), False, "5 axes"),
    ],
)
def test_an_error_is_shown_and_the_dock_continues(
    dock: SegmentDock,
    viewer: Viewer,
    run: Run,
    qtbot: QtBot,
    notes: list[str],
    pixels: np.ndarray,
    rgb: bool,
    message: str,
) -> None:
    bad = viewer.add_image(pixels, rgb=rgb, name="bad", contrast_limits=(0, 1))
    dock.choice.image.choose(bad)
    dock.run_block.run.native.click()
    qtbot.waitUntil(lambda: any(message in note for note in notes), timeout=SECONDS)
    assert message in dock.run_block.text
    assert all("\n" not in note for note in notes)
    assert dock.run_block.run.enabled
    viewer.layers.remove(bad)
    viewer.dims.current_step = (0, 3, 0, 0)
    assert foreground(run("current slice"), (0, 3)).any()


@pytest.mark.parametrize(
    ("edge", "message"), [(50.0, "are implausible"), (0.0001, "smaller than one object")]
)
def test_an_implausible_voxel_size_is_reported(
    dock: SegmentDock, viewer: Viewer, qtbot: QtBot, notes: list[str], edge: float, message: str
) -> None:
    plain = viewer.add_image(np.zeros((160, 240), np.uint8), name="plain")
    dock.choice.image.choose(plain)
    for box in dock.choice.voxel_size.edges:
        box.value = edge
    dock.run_block.run.native.click()
    qtbot.waitUntil(lambda: any(message in note for note in notes), timeout=SECONDS)
    qtbot.waitUntil(lambda: not dock.running, timeout=SECONDS)
    assert any(note.startswith("plain: ") for note in notes)


def test_an_unknown_device_lists_the_available_ones(
    dock: SegmentDock, run: Run, qtbot: QtBot, notes: list[str]
) -> None:
    dock.device.restore_value("cuda:9")
    dock.run_block.run.native.click()
    qtbot.waitUntil(lambda: any("cuda:9" in note and "cpu" in note for note in notes), timeout=SECONDS)
    dock.device.value = "auto"
    run("current slice")
    assert "cuda:9" not in dock.device.choices


@pytest.mark.parametrize("shape", [(48, 64), (6, 48, 64)])
def test_images_and_volumes_are_segmented(
    dock: SegmentDock, viewer: Viewer, qtbot: QtBot, tiny_embryo: SimulatedEmbryo, shape: tuple[int, ...]
) -> None:
    pixels = tiny_embryo.image[0, 3] if len(shape) == 2 else tiny_embryo.image[0]
    layer = viewer.add_image(pixels, name="one", scale=tiny_embryo.voxel_size[-len(shape) :], units="um")
    dock.choice.image.choose(viewer.layers["one"])
    dock.run_block.run.native.click()
    qtbot.waitUntil(lambda: bool(dock.sessions.of_image(layer)) and not dock.running, timeout=SECONDS)
    session = dock.sessions.of_image(layer)[-1]
    wait_for_labels(session, qtbot)
    assert session.result.layer.data.shape == shape
    assert session.result.layer.data.any()


def test_layers_can_be_removed_during_a_run(
    run: Run, dock: SegmentDock, viewer: Viewer, image: Image, qtbot: QtBot
) -> None:
    session = run("current slice")
    for gone in (session.result.layer, image):
        dock.choice.scope.choice.value = "whole movie"
        dock.run_block.run.native.click()
        qtbot.waitUntil(lambda: dock.running and session.result is not None, timeout=SECONDS)
        viewer.layers.remove(gone)
        assert not dock.running
        assert "removed" in dock.run_block.text
    assert not dock.sessions.of_image(image)
    assert dock.choice.image.layer is None
    assert not dock.run_block.run.enabled
    dock.run()  # nothing to segment: a notification, no crash


def test_closing_the_dock_stops_the_run_and_disconnects_it_from_the_viewer(
    run: Run, dock: SegmentDock, viewer: Viewer, image: Image, qtbot: QtBot
) -> None:
    session = run("current slice")
    dock.choice.scope.choice.value = "whole movie"
    dock.run_block.run.native.click()
    qtbot.waitUntil(lambda: session.cache.done.sum() >= 2, timeout=SECONDS)
    viewer.window.remove_dock_widget(dock.native)
    assert not dock.running
    viewer.dims.current_step = (1, 1, 0, 0)
    viewer.layers.clear()
    assert dock.choice.image.native.count() > 0  # it no longer listens


def test_the_number_of_objects_is_shown_and_updated(
    run: Run, dock: SegmentDock, viewer: Viewer, qtbot: QtBot
) -> None:
    session = run("current volume")
    count = session.result.layer.data.max()
    assert dock.run_block.text == f"Finished on {session.model.device}. {count} nuclei."
    session.found = dict.fromkeys(session.found, 1)
    assert session.count_text() == "1 nucleus."
    set_threshold(dock, 0.99)
    wait_for_labels(session, qtbot)
    qtbot.waitUntil(lambda: f" {session.result.layer.data[0].max()} nuclei." in dock.run_block.text)
    viewer.add_image(np.zeros((8, 8)), name="other")
    dock.choice.image.choose(viewer.layers["other"])
    assert "Finished" not in dock.run_block.text
    assert "nuclei" not in dock.run_block.text


def test_the_estimate_follows_the_range(dock: SegmentDock) -> None:
    dock.choice.scope.choice.value = "range of frames"
    assert "18 slices to compute" in dock.run_block.text
    dock.choice.scope.first.value = 7
    assert "6 slices to compute" in dock.run_block.text
    assert "loading the model" in dock.run_block.text


def test_labels_can_be_drawn_as_outlines(run: Run, dock: SegmentDock) -> None:
    session = run("current slice")
    dock.bar.outlines.value = True
    assert session.result.layer.contour == 1
    dock.bar.outlines.value = False
    assert session.result.layer.contour == 0


def test_without_an_image_the_status_tells_what_to_do(viewer: Viewer) -> None:
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Segment")
    assert "No image to segment; open one" in dock.run_block.text
    assert not dock.run_block.run.enabled


def test_time_and_z_of_a_stack_can_be_swapped(
    viewer: Viewer, dock: SegmentDock, qtbot: QtBot, tiny_embryo: SimulatedEmbryo
) -> None:
    movie = viewer.add_image(tiny_embryo.image[:, 3], name="flat", scale=(1, 0.5, 0.5), units="um")
    dock.choice.image.choose(movie)
    assert dock.choice.axes.native.currentText() == "Z3  Y48  X64"
    dock.choice.axes.value = "TYX"
    assert list(dock.choice.scope.choice.choices) == ["current slice", "range of frames", "whole movie"]
    dock.choice.scope.choice.value = "whole movie"
    dock.run_block.run.native.click()
    qtbot.waitUntil(lambda: bool(dock.sessions.of_image(movie)) and not dock.running, timeout=SECONDS)
    session = dock.session
    wait_for_labels(session, qtbot)
    assert session.movie.shape == (3, 1, 48, 64)
    assert session.movie.voxel_size == (1.0, 0.5, 0.5)
    assert session.result.layer.data.shape == (3, 48, 64)
    assert session.result.layer.data.any(axis=(1, 2)).all()
    assert "in each of 3 frames" in dock.run_block.text


def test_choosing_an_image_does_not_change_its_axes(
    viewer: Viewer, dock: SegmentDock, tiny_embryo: SimulatedEmbryo
) -> None:
    named = viewer.add_image(tiny_embryo.image[:, 3], name="flat", axis_labels=("t", "y", "x"))
    unnamed = viewer.add_image(tiny_embryo.image[0], name="volume")
    before = named.axis_labels, unnamed.axis_labels
    for layer in (named, unnamed, named, dock.choice.image.layers[0], named):
        dock.choice.image.choose(layer)
    assert (named.axis_labels, unnamed.axis_labels) == before
    assert dock.choice.axes.value == "TYX"
