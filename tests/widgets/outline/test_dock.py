"""From an image to an outline over it, a table, a plot and a file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from napari.layers import Image
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from napari_devolearn.simulate.embryo import simulate_embryo
from napari_devolearn.simulate.params import SimulateParams
from napari_devolearn.widgets.outline.dock import OutlineDock
from widgets.dock_tools import SECONDS, add_embryo


@pytest.fixture
def egg(viewer: Viewer) -> Image:
    """Two frames of 30 nuclei in an egg of about 23 by 27 by 45 um, (18, 80, 120) voxels."""
    params = SimulateParams(
        frames=2, nuclei=30, shape=(18, 80, 120), voxel_size=(2.0, 0.5, 0.5), eggshell=(23, 27, 45)
    )
    return add_embryo(viewer, simulate_embryo(params))


@pytest.fixture
def outlined(viewer: Viewer, egg: Image, qtbot: QtBot) -> OutlineDock:
    """The dock, after Outline was pressed."""
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Embryo outline")
    dock.run_box.run.click()
    qtbot.waitUntil(lambda: not dock.running, timeout=SECONDS)
    return dock


@pytest.mark.filterwarnings("ignore:.*frame:UserWarning")
def test_the_outline_lies_over_the_image_and_its_size_is_in_table_plot_and_file(
    outlined: OutlineDock, viewer: Viewer, egg: Image, tmp_path: Path
) -> None:
    sizes = outlined.sizes
    assert sizes is not None
    assert sizes["length_um"].tolist() == pytest.approx([45, 45], abs=8)
    assert sizes["width_um"].tolist() == pytest.approx([27, 27], abs=8)
    layer = viewer.layers[f"{egg.name} embryo"]
    np.testing.assert_array_equal(layer.scale, egg.scale)
    assert layer.data.shape == egg.data.shape
    assert layer.data[:, 9, 40, 60].tolist() == [1, 1]
    assert outlined.table.rows.rowCount() == 2
    assert outlined.figure is not None
    assert len(outlined.figure.axes) == 3
    outlined.save(tmp_path / "sizes.csv")
    assert len(pd.read_csv(tmp_path / "sizes.csv")) == 2
    outlined.table.picked.emit(1)
    assert viewer.dims.current_step[0] == 1


def test_an_image_that_is_removed_leaves_no_layer(viewer: Viewer, egg: Image, qtbot: QtBot) -> None:
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Embryo outline")
    dock.run_box.run.click()
    viewer.layers.remove(egg)
    qtbot.waitUntil(lambda: not dock.running, timeout=SECONDS)
    assert len(viewer.layers) == 0


def test_without_an_image_it_says_so(viewer: Viewer, notes: list[str]) -> None:
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Embryo outline")
    dock.run_box.run.click()
    assert "no image" in " ".join(notes)
    assert not dock.running
