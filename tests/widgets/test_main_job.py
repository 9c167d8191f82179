"""The main job of a user: drop, run, move the slider, save, open again."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from helpers.docks.common import SECONDS, set_threshold, wait_for_labels
from helpers.real_data import DATA, needs_data


@pytest.fixture(params=["simulated", pytest.param("real", marks=needs_data("nuclei_ctc_3d"))])
def sequence(request: pytest.FixtureRequest, tiny_ctc: Path) -> Path:
    """Folder of a sequence: the tiny embryo, or the real volume t023 of Fluo-N3DH-CE."""
    return tiny_ctc / "01" if request.param == "simulated" else DATA / "nuclei_ctc_3d" / "01"


def test_from_a_dropped_folder_to_labels_that_open_again(
    sequence: Path, viewer: Viewer, qtbot: QtBot, tmp_path: Path, make_napari_viewer: Callable[[], Viewer]
) -> None:
    (image,) = viewer.open(sequence, plugin="napari-devolearn")
    viewer.dims.set_current_step((0, 1), (0, image.data.shape[1] // 2))
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Segment")
    dock.choice.scope.choice.value = "current volume"
    dock.run_block.run.native.click()
    qtbot.waitUntil(lambda: not dock.running, timeout=10 * SECONDS)
    session = dock.sessions.of_image(image)[-1]

    in_view = (0, image.data.shape[1] // 2)
    shown = []
    for threshold in (0.9, 0.3):
        set_threshold(dock, threshold)
        wait_for_labels(session, qtbot)
        shown.append(session.result.layer.data[in_view] > 0)
    strict, loose = shown
    assert 0 < strict.sum() < loose.sum()
    assert not (strict & ~loose).any()

    labels = session.result.layer
    viewer.layers.selection = {labels}
    file, folder = tmp_path / "nuclei.ome.tif", tmp_path / "01_RES"
    viewer.layers.save(str(file), selected=True)
    viewer.layers.save(str(folder), selected=True, plugin="napari-devolearn.write_ctc")
    again = make_napari_viewer()
    for path in (file, folder):
        opened = again.open(path, plugin="napari-devolearn")[0]
        assert opened._type_string == "labels"
        np.testing.assert_allclose(opened.scale, labels.scale)
        np.testing.assert_array_equal(opened.translate, labels.translate)
        assert opened.units == labels.units
        if path == file:  # each frame's labels; a CTC folder gives those that return new numbers
            np.testing.assert_array_equal(np.asarray(opened.data), labels.data)
        else:
            np.testing.assert_array_equal(np.asarray(opened.data) > 0, labels.data > 0)
