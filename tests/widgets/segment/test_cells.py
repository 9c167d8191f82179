from __future__ import annotations

import threading
from collections.abc import Callable

import numpy as np
import pytest
import tifffile
from napari.layers import Image
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from helpers.docks.common import SECONDS, add_embryo, go_to_slice, set_threshold, wait_for_labels
from helpers.real_data import DATA, needs_data
from napari_devolearn.models.registry import bundled_models
from napari_devolearn.postprocess.threshold import threshold_mask
from napari_devolearn.simulate.embryo import SimulatedEmbryo
from napari_devolearn.simulate.membranes.embryo import simulate_membranes
from napari_devolearn.simulate.params import SimulateParams
from napari_devolearn.widgets.segment import session as session_module
from napari_devolearn.widgets.segment.dock import SegmentDock
from napari_devolearn.widgets.segment.session import Session

pytestmark = pytest.mark.skipif(
    "membrane" not in {files.spec.name for files in bundled_models()}, reason="no membrane model ships"
)
MIDDLE = (0, 8)

Run = Callable[..., Session]


@pytest.fixture(scope="module")
def cells() -> SimulatedEmbryo:
    """Two frames of (16, 48, 64) voxels of 1.0 x 0.5 x 0.5 um, with 8 cells, then 12."""
    return simulate_membranes(
        SimulateParams(
            frames=2,
            frame_interval=5.0,
            shape=(16, 48, 64),
            voxel_size=(1.0, 0.5, 0.5),
            nuclei=8,
            eggshell=(14.0, 22.0, 29.0),
        )
    )


@pytest.fixture
def image(viewer: Viewer, cells: SimulatedEmbryo) -> Image:
    """The movie, with the middle slice of its first frame as the current slice."""
    layer = add_embryo(viewer, cells)
    viewer.dims.current_step = (*MIDDLE, 0, 0)
    return layer


@pytest.fixture
def dock(dock: SegmentDock) -> SegmentDock:
    """The dock with the membrane model chosen."""
    dock.choice.model.value = "membrane"
    return dock


def choose(dock: SegmentDock, output: str) -> None:
    """Choose an output by its name."""
    dock.fields["output"].value = output


def outputs(dock: SegmentDock) -> list[str]:
    """The offered outputs."""
    return list(dock.fields["output"].choices)


def overlaps(labels: np.ndarray, truth: np.ndarray) -> list[float]:
    """Best IoU with any label, for each true cell."""
    best = []
    for cell in np.unique(truth[truth > 0]):
        inside = truth == cell
        labels_in, counts = np.unique(labels[inside], return_counts=True)
        ious = [
            count / (inside | (labels == label)).sum()
            for label, count in zip(labels_in, counts, strict=True)
            if label
        ]
        best.append(max(ious, default=0.0))
    return best


def test_a_volume_gives_cells_in_3d_aligned_with_the_image(
    run: Run, image: Image, dock: SegmentDock, cells: SimulatedEmbryo
) -> None:
    session = run("current volume")
    layer = session.result.layer
    assert layer.name == "embryo cells"
    assert (layer.data.shape, layer.data.dtype) == (image.data.shape, np.dtype(np.uint32))
    for name in ("scale", "translate"):
        np.testing.assert_array_equal(getattr(layer, name), getattr(image, name))
    assert (layer.units, layer.axis_labels) == (image.units, image.axis_labels)
    found = overlaps(layer.data[0], cells.labels[0])
    assert np.median(found) > 0.6
    assert not layer.data[1].any()


def test_interiors_and_membranes_are_live(run: Run, dock: SegmentDock, qtbot: QtBot) -> None:
    assert outputs(dock) == ["instances", "mask", "membrane"]
    session = run("current volume")
    passes, shown = session.model.forward_passes, {}
    for output in ("mask", "membrane"):
        choose(dock, output)
        at_once = session.result.read(MIDDLE).copy()
        assert set(np.unique(at_once)) == {0, 1}
        wait_for_labels(session, qtbot)
        shown[output] = session.result.layer.data[0] > 0
    assert not (shown["mask"] & shown["membrane"]).any()
    assert shown["membrane"].any()
    choose(dock, "instances")
    wait_for_labels(session, qtbot)
    assert session.result.layer.data.max() > 4
    assert session.model.forward_passes == passes == 16


def test_the_slice_follows_the_threshold_at_once_and_the_volume_in_a_thread(
    run: Run, dock: SegmentDock, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = run("current volume")
    threads, label_frame = [], session_module.label_frame

    def noted(*arguments: object) -> np.ndarray:
        threads.append(threading.current_thread())
        return label_frame(*arguments)

    monkeypatch.setattr(session_module, "label_frame", noted)
    passes = session.model.forward_passes
    set_threshold(dock, 0.8)
    np.testing.assert_array_equal(
        session.result.read(MIDDLE) > 0, threshold_mask(session.cache.data[MIDDLE], 0.8)
    )
    wait_for_labels(session, qtbot)
    assert threads
    assert threading.main_thread() not in threads
    expected = session.label(session.labelled_with(MIDDLE), dock.fields.params).labels
    np.testing.assert_array_equal(session.result.layer.data[0], expected)
    assert session.model.forward_passes == passes


def test_a_movie_is_segmented_frame_by_frame(run: Run, dock: SegmentDock, cells: SimulatedEmbryo) -> None:
    labels = run("whole movie").result.layer.data
    assert all(np.median(overlaps(labels[t], cells.labels[t])) > 0.5 for t in range(2))


def test_each_model_has_its_own_layers(run: Run, dock: SegmentDock, viewer: Viewer) -> None:
    cells_layer = run("current slice").result.layer
    before = cells_layer.data.copy()
    choose(dock, "membrane")
    dock.choice.model.value = "nucleus"
    assert outputs(dock) == ["instances", "mask"]
    assert run("current slice").result.layer.name == "embryo nuclei"
    set_threshold(dock, 0.9)
    assert cells_layer in viewer.layers
    assert before.any()


def test_from_a_run_to_a_table_of_cells(
    run: Run, dock: SegmentDock, viewer: Viewer, qtbot: QtBot, notes: list[str]
) -> None:
    dock.bar.centroids.native.click()
    assert "press Run first" in notes[-1]
    session = run("current volume")
    choose(dock, "membrane")
    dock.bar.centroids.native.click()
    assert "does not separate objects" in notes[-1]
    choose(dock, "instances")
    dock.bar.centroids.native.click()
    assert "not finished" in notes[-1]
    wait_for_labels(session, qtbot)
    dock.bar.centroids.native.click()
    centroids = dock.bar.measuring
    qtbot.waitUntil(lambda: not centroids.running, timeout=SECONDS)
    table = centroids.view.table
    assert set(table["frame"]) == {5}
    assert len(table) == session.result.layer.data.max()
    assert 4 / 3 * np.pi * 3**3 < table["volume_um3"].median() < 4 / 3 * np.pi * 8**3
    assert "embryo cells centroids" in viewer.layers
    set_threshold(dock, 0.7)
    assert "have changed" in centroids.run_block.text


def test_separately_segmented_slices_have_no_volumes(
    run: Run, dock: SegmentDock, viewer: Viewer, qtbot: QtBot
) -> None:
    session = run("current slice")
    go_to_slice(0, 9, session, viewer, qtbot)
    dock.bar.centroids.native.click()
    centroids = dock.bar.measuring
    qtbot.waitUntil(lambda: not centroids.running, timeout=SECONDS)
    assert len(centroids.view.table) == 0
    assert "1 frame left out, because its slices" in centroids.run_block.text


def test_an_image_can_be_removed_during_a_run(
    run: Run, dock: SegmentDock, viewer: Viewer, image: Image, qtbot: QtBot
) -> None:
    session = run("current volume")
    dock.choice.scope.choice.value = "whole movie"
    dock.run_block.run.native.click()
    qtbot.waitUntil(lambda: bool(session.cache.done[1].any()), timeout=SECONDS)
    finished = session.result.layer
    viewer.layers.remove(image)
    assert not dock.running
    assert "removed" in dock.run_block.text
    assert finished in viewer.layers
    assert finished.data[0].any()


@needs_data("membrane_3dmms")
def test_a_real_embryo(viewer: Viewer, dock: SegmentDock, qtbot: QtBot) -> None:
    """Twelve slices of the middle of an embryo of 28 cells."""
    pixels = tifffile.imread(DATA / "membrane_3dmms" / "raw" / "t046.tif")[28:40, 64:192, 110:250]
    layer = viewer.add_image(pixels, name="real", scale=(0.43, 0.18, 0.18), units="um")
    dock.choice.image.choose(layer)
    dock.choice.scope.choice.value = "current volume"
    dock.run_block.run.native.click()
    qtbot.waitUntil(lambda: bool(dock.sessions.of_image(layer)) and not dock.running, timeout=SECONDS)
    session = dock.sessions.of_image(layer)[-1]
    wait_for_labels(session, qtbot)
    labels = session.result.layer.data
    assert 8 <= labels.max() <= 28
    assert 0.6 < (labels > 0).mean() < 0.95  # the embryo fills the field, less its membranes
