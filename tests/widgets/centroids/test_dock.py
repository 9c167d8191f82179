from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from napari.layers import Labels
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot
from qtpy.QtCore import Qt

from helpers.docks.common import SECONDS, add_embryo, save_as
from napari_devolearn.postprocess import centroids as postprocess_centroids
from napari_devolearn.postprocess.centroids import centroids
from napari_devolearn.simulate.embryo import SimulatedEmbryo
from napari_devolearn.widgets.centroids.dock import STALE, CentroidsDock

Measure = Callable[[], pd.DataFrame]


@pytest.fixture
def labels(viewer: Viewer, tiny_embryo: SimulatedEmbryo) -> Labels:
    """The true nuclei; the first frame is number 5; three, three, then four, with centres at z = 2.5."""
    image = add_embryo(viewer, tiny_embryo)
    kept = {name: getattr(image, name) for name in ("scale", "translate", "units", "axis_labels", "metadata")}
    return viewer.add_labels(tiny_embryo.labels.copy(), name="nuclei", **kept)


@pytest.fixture
def dock(viewer: Viewer, labels: Labels) -> CentroidsDock:
    """The Centroids dock, opened as by napari's menu."""
    _, widget = viewer.window.add_plugin_dock_widget("napari-devolearn", "Centroids")
    return widget


@pytest.fixture
def measure(dock: CentroidsDock, qtbot: QtBot) -> Measure:
    """Press Measure and wait; returns the table."""

    def press() -> pd.DataFrame:
        dock.run_block.run.native.click()
        qtbot.waitUntil(lambda: not dock.running, timeout=SECONDS)
        return dock.view.table

    return press


def click(dock: CentroidsDock, qtbot: QtBot, row: int, column: int = 1) -> None:
    """Click a cell of the shown table."""
    index = dock.table.rows.index(row, column)
    dock.table.scrollTo(index)
    place = dock.table.visualRect(index).center()
    qtbot.mouseClick(dock.table.viewport(), Qt.MouseButton.LeftButton, pos=place)


def test_one_frame_with_objects_is_in_singular(measure: Measure, dock: CentroidsDock, labels: Labels) -> None:
    labels.data[1:] = 0
    measure()
    assert dock.run_block.text.startswith("3 objects in 1 frame.")


def test_points_are_aligned_with_labels_and_have_features(
    measure: Measure, dock: CentroidsDock, viewer: Viewer, labels: Labels, tiny_embryo: SimulatedEmbryo
) -> None:
    table = measure()
    expected = centroids(tiny_embryo.labels, voxel_size=tiny_embryo.voxel_size)
    expected["frame"] += 5
    pd.testing.assert_frame_equal(table, expected)
    points = viewer.layers["nuclei centroids"]
    assert points.data.shape == (10, 4)
    np.testing.assert_array_equal(points.data[:, 0] + 5, table["frame"])
    for name in ("scale", "translate"):
        np.testing.assert_array_equal(getattr(points, name), getattr(labels, name))
    assert (points.units, points.axis_labels) == (labels.units, labels.axis_labels)
    assert list(points.features) == ["label", "frame", "volume_um3", "voxels", "relative_size"]
    assert "10 objects in 3 frames" in dock.run_block.text
    inside = tuple(np.rint(points.data).astype(int).T)
    np.testing.assert_array_equal(tiny_embryo.labels[inside], table["label"])


@pytest.mark.parametrize("ndisplay", [2, 3])
def test_a_click_on_a_row_goes_to_the_cell(
    measure: Measure, dock: CentroidsDock, viewer: Viewer, labels: Labels, qtbot: QtBot, ndisplay: int
) -> None:
    table = measure()
    viewer.dims.ndisplay = ndisplay
    viewer.dims.current_step = (0, 0, 0, 0)
    row = int(np.flatnonzero((table["frame"] == 7) & (table["label"] == 5))[0])
    click(dock, qtbot, row)
    assert viewer.dims.current_step[:2] == (2, 2)
    assert labels.selected_label == 5
    points = viewer.layers["nuclei centroids"]
    assert points.selected_data == {row}
    assert [place for place in range(10) if points.face_color[place, 2] == 0] == [row]  # orange
    center = table.loc[row, ["z_um", "y_um", "x_um"]].to_numpy(float)
    np.testing.assert_allclose(viewer.scene.camera.center[3 - ndisplay :], center[3 - ndisplay :])
    viewer.dims.current_step = (0, 0, 0, 0)
    click(dock, qtbot, row)  # again, after looking elsewhere
    assert viewer.dims.current_step[:2] == (2, 2)


def test_going_to_a_cell_works_with_other_units(
    measure: Measure, dock: CentroidsDock, viewer: Viewer, labels: Labels, qtbot: QtBot
) -> None:
    for layer in viewer.layers:
        layer.scale, layer.units = (1, 1000, 500, 500), ("pixel", "nm", "nm", "nm")
    table = measure()
    assert table["volume_um3"].iat[0] == pytest.approx(table["voxels"].iat[0] * 0.25)
    click(dock, qtbot, len(table) - 1)
    assert viewer.dims.current_step[:2] == (2, 2)


def test_a_click_in_a_sorted_table_goes_to_the_shown_row(
    measure: Measure, dock: CentroidsDock, labels: Labels, qtbot: QtBot
) -> None:
    table = measure()
    dock.table.sortByColumn(5, Qt.SortOrder.DescendingOrder)
    click(dock, qtbot, 0)
    (row,) = dock.view.points.selected_data
    assert table["volume_um3"][row] == table["volume_um3"].max()
    assert table["label"][row] == labels.selected_label
    shown = [dock.table.rows.index(row, 5).data() for row in range(10)]
    assert shown == [f"{value:.1f}" for value in sorted(table["volume_um3"], reverse=True)]


def test_only_the_current_frame(measure: Measure, dock: CentroidsDock, viewer: Viewer) -> None:
    measure()
    dock.frame_box.value = True
    viewer.dims.current_step = (2, 3, 0, 0)
    assert [dock.table.rows.index(row, 0).data() for row in range(dock.table.rows.rowCount())] == ["7"] * 4
    dock.frame_box.value = False
    assert dock.table.rows.rowCount() == 10


def test_a_selected_point_or_label_is_marked_in_the_table(
    measure: Measure, dock: CentroidsDock, viewer: Viewer, labels: Labels
) -> None:
    measure()
    viewer.dims.current_step = (1, 3, 0, 0)
    labels.selected_label = 3
    assert dock.table.currentIndex().row() == 5
    viewer.layers["nuclei centroids"].selected_data = {9}  # as in napari's own table of features
    assert viewer.dims.current_step[:2] == (2, 2)
    assert dock.table.currentIndex().row() == 9
    assert labels.selected_label == 5


def test_the_saved_table_equals_that_of_the_command_line(
    measure: Measure, dock: CentroidsDock, tmp_path: Path, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    table = measure()
    save_as(tmp_path / "nuclei.csv", dock.save_button, monkeypatch)
    qtbot.waitUntil(lambda: "Saved nuclei.csv" in dock.run_block.text, timeout=SECONDS)
    pd.testing.assert_frame_equal(pd.read_csv(tmp_path / "nuclei.csv"), table, atol=1e-4, check_exact=False)
    folder = tmp_path / "folder.csv"
    folder.mkdir()
    save_as(folder, dock.save_button, monkeypatch)
    qtbot.waitUntil(lambda: f"{folder}: is a folder" in dock.run_block.text, timeout=SECONDS)


def test_measuring_again_keeps_one_layer_and_edits_are_reported(
    measure: Measure, dock: CentroidsDock, viewer: Viewer, labels: Labels
) -> None:
    measure()
    labels.paint((0, 3, 40, 60), 99)
    assert dock.run_block.text == STALE
    assert 99 in set(measure()["label"])
    assert [layer.name for layer in viewer.layers] == ["embryo", "nuclei", "nuclei centroids"]
    assert len(viewer.layers["nuclei centroids"].features) == 11
    viewer.layers.remove("nuclei centroids")
    assert len(measure()) == 11
    assert "nuclei centroids" in viewer.layers


def test_a_slice_has_areas_and_an_unknown_voxel_size_is_reported(
    measure: Measure, dock: CentroidsDock, viewer: Viewer, tiny_embryo: SimulatedEmbryo, qtbot: QtBot
) -> None:
    plane = viewer.add_labels(tiny_embryo.labels[0, 3], name="slice", scale=(0.5, 0.5), units="um")
    dock.source.choose(plane)
    table = measure()
    assert table["area_um2"].iat[0] == pytest.approx(table["voxels"].iat[0] / 4)
    titles = [dock.table.rows.headerData(c, Qt.Orientation.Horizontal) for c in range(5)]
    assert titles == ["frame", "label", "y µm", "x µm", "area µm²"]
    click(dock, qtbot, 2)
    plane.units = ("pixel", "pixel")
    measure()
    assert "voxel size is unknown" in dock.run_block.text
    assert dock.table.rows.headerData(4, Qt.Orientation.Horizontal) == "voxels"


def test_intensity_is_measured_in_the_image_chosen(
    measure: Measure,
    dock: CentroidsDock,
    viewer: Viewer,
    labels: Labels,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    embryo = viewer.layers["embryo"]
    dock.image.choose(embryo)
    table = measure()
    expected = centroids(labels.data, image=embryo.data)["mean_intensity"]
    np.testing.assert_allclose(table["mean_intensity"], expected)
    titles = [dock.table.rows.headerData(c, Qt.Orientation.Horizontal) for c in range(7)]
    assert titles[-2:] == ["intensity", "volume µm³"]
    assert "mean_intensity" in viewer.layers["nuclei centroids"].features
    save_as(tmp_path / "nuclei.csv", dock.save_button, monkeypatch)
    qtbot.waitUntil(lambda: "Saved" in dock.run_block.text, timeout=SECONDS)
    assert "mean_intensity" in pd.read_csv(tmp_path / "nuclei.csv")


def test_labels_of_a_region_take_the_part_of_the_image_below_them(
    measure: Measure, dock: CentroidsDock, viewer: Viewer, labels: Labels
) -> None:
    whole = measure()
    kept = {name: getattr(labels, name) for name in ("scale", "units", "axis_labels", "metadata")}
    place = labels.data_to_world((0, 0, 4, 8))
    region = viewer.add_labels(labels.data[..., 4:, 8:].copy(), name="region", translate=place, **kept)
    dock.source.choose(region)
    dock.image.choose(viewer.layers["embryo"])
    found = measure()
    expected = centroids(region.data, image=viewer.layers["embryo"].data[..., 4:, 8:])
    np.testing.assert_allclose(found["mean_intensity"], expected["mean_intensity"])
    assert len(found) <= len(whole)
    region.translate = labels.data_to_world((0, 0, 5, 8))  # beyond the image's lower edge
    assert "is not a region of it" in dock.missing()


def test_an_image_of_a_different_shape_is_refused_before_the_run(
    dock: CentroidsDock, viewer: Viewer, labels: Labels
) -> None:
    dock.image.choose(viewer.add_image(np.zeros((4, 4)), name="other"))
    assert not dock.run_block.run.enabled
    assert "nuclei: has shape (3, 6, 48, 64), other (4, 4), and is not a region of it" in dock.run_block.text
    dock.image.choose(viewer.layers["embryo"])
    assert dock.run_block.run.enabled
    assert not dock.run_block.text
    colours = viewer.add_image(np.zeros((3, 6, 48, 64, 3), np.uint8), name="colours", rgb=True)
    assert colours not in dock.image.layers


def test_rows_of_removed_labels_are_removed(
    measure: Measure, dock: CentroidsDock, viewer: Viewer, labels: Labels
) -> None:
    measure()
    assert dock.save_button.enabled
    dock.run_block.run.native.click()
    viewer.layers.remove(labels)
    assert not dock.running
    assert dock.table.rows.rowCount() == 0
    assert not dock.save_button.enabled
    assert "nuclei centroids" in viewer.layers
    viewer.dims.current_step = (2, 2, 0, 0)


def test_without_labels_the_status_tells_what_to_do(dock: CentroidsDock, viewer: Viewer) -> None:
    viewer.layers.clear()
    assert not dock.run_block.run.enabled
    assert "No labels to measure; segment an image, or open labels." in dock.run_block.text


def test_invalid_axes_are_reported(dock: CentroidsDock, viewer: Viewer, qtbot: QtBot) -> None:
    five = viewer.add_labels(np.zeros((1, 1, 1, 4, 4), np.uint8), name="five")
    dock.measure(five)
    qtbot.waitUntil(lambda: "five: has 5 axes" in dock.run_block.text, timeout=SECONDS)
    assert dock.run_block.run.enabled


def test_closing_the_dock_disconnects_it_from_the_viewer(
    measure: Measure, dock: CentroidsDock, viewer: Viewer, labels: Labels
) -> None:
    measure()
    viewer.window.remove_dock_widget(dock.native)
    viewer.dims.current_step = (2, 2, 0, 0)
    labels.selected_label = 3
    viewer.layers.clear()
    assert dock.table.rows.rowCount() == 10  # it no longer listens


def test_objects_of_unusual_size_have_a_border_of_their_own(
    measure: Measure,
    dock: CentroidsDock,
    viewer: Viewer,
    labels: Labels,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(postprocess_centroids, "CROWDED", 5)
    frame = np.zeros_like(labels.data)
    for number in range(1, 6):
        frame[0, 1, 2 * number, : 2 if number == 5 else 10] = number
    labels.data = frame
    table = measure()
    assert table["relative_size"].tolist() == [1, 1, 1, 1, 0.2]
    borders = viewer.layers["nuclei centroids"].border_color
    assert [tuple(one) == tuple(borders[0]) for one in borders] == [True] * 4 + [False]
    assert "1 of unusual size" in dock.run_block.text
