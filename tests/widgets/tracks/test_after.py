"""What corrections are good for: linking the rest anew, and training data."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import tifffile
from napari.layers import Labels, Tracks
from napari.viewer import Viewer
from qtpy.QtWidgets import QApplication

from helpers.docks.tracks import finish, press
from napari_devolearn.widgets.tracks.correct_dock import CorrectDock


def test_other_objects_are_linked_again_around_corrections(
    viewer: Viewer, dock: CorrectDock, layers: tuple[Labels, Tracks]
) -> None:
    viewer.dims.set_current_step(0, 4)
    press(dock, "Unlink", 1)
    dock.after.relink()
    assert not dock.after.relink_button.enabled
    finish(dock)
    assert dock.after.relink_button.enabled
    tracks = viewer.layers["nuclei tracked relinked tracks"]
    assert tracks.metadata["devolearn"]["corrected"].edited == {1, 5}
    spans = {label: np.ptp(tracks.data[tracks.data[:, 0] == label, 1]) for label in (1, 5)}
    assert spans == {1: 3, 5: 7}
    assert len(tracks.graph) == 2


def test_labels_of_another_movie_are_refused_once_the_tracks_are_read(
    viewer: Viewer, dock: CorrectDock, layers: tuple[Labels, Tracks]
) -> None:
    short = viewer.add_labels(layers[0].data[:4], name="short", axis_labels=layers[0].axis_labels)
    dock.after.source.choose(short)
    dock.after.relink()
    finish(dock)
    assert "short: has shape" in dock.run_block.text
    assert dock.after.relink_button.enabled


def test_corrected_frames_are_exported_for_training(
    viewer: Viewer, dock: CorrectDock, layers: tuple[Labels, Tracks], tmp_path: Path
) -> None:
    dock.after.save(tmp_path / "mine")
    finish(dock)
    assert "no image to train on" in dock.run_block.text
    viewer.add_image(layers[0].data.astype(np.uint8), name="movie")
    viewer.dims.set_current_step(0, 8)
    press(dock, "Merge", 3, 4)
    dock.after.save(tmp_path / "mine")
    finish(dock)
    assert [path.name for path in (tmp_path / "mine/01_GT/SEG").iterdir()] == ["man_seg008.tif"]
    assert "napari-devolearn train" in QApplication.clipboard().text()


def test_brush_corrections_are_exported_without_tracks(
    viewer: Viewer, tmp_path: Path, layers: tuple[Labels, Tracks]
) -> None:
    viewer.layers.remove(layers[1])
    movie = np.pad(layers[0].data.astype(np.uint8), ((0, 0), (0, 0), (3, 2), (1, 4)), constant_values=9)
    viewer.add_image(movie, name="movie", axis_labels=tuple("tzyx"))
    layers[0].translate = (0, 0, 3, 1)  # those of a region
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Correct tracks")
    dock.after.save(tmp_path / "none")
    assert "choose the current frame or all frames under Frames" in dock.run_block.text
    viewer.dims.set_current_step(0, 5)
    dock.after.frames.value = "current"
    dock.after.save(tmp_path / "mine")
    finish(dock)
    assert [path.name for path in (tmp_path / "mine/01_GT/SEG").iterdir()] == ["man_seg005.tif"]
    written = tifffile.imread(tmp_path / "mine/01/t005.tif")
    np.testing.assert_array_equal(written, layers[0].data[5, 0].astype(np.uint8))
    assert not (tmp_path / "none").exists()
