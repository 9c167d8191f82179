from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from napari.layers import Image
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from helpers.docks.common import SECONDS, add_embryo, save_as
from napari_devolearn.simulate.embryo import simulate_embryo
from napari_devolearn.simulate.params import SimulateParams
from napari_devolearn.widgets.outline.dock import OutlineDock


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
    dock.run_block.run.native.click()
    qtbot.waitUntil(lambda: not dock.running, timeout=SECONDS)
    return dock


@pytest.mark.filterwarnings("ignore:.*frame:UserWarning")
def test_the_outline_is_aligned_and_measured_in_table_plot_and_file(
    outlined: OutlineDock,
    viewer: Viewer,
    egg: Image,
    tmp_path: Path,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sizes = outlined.sizes
    assert sizes is not None
    assert sizes["length_um"].tolist() == pytest.approx([45, 45], abs=8)
    assert sizes["width_um"].tolist() == pytest.approx([27, 27], abs=8)
    layer = viewer.layers["embryo outline"]
    np.testing.assert_array_equal(layer.scale, egg.scale)
    assert layer.data.shape == egg.data.shape
    assert layer.data[:, 9, 40, 60].tolist() == [1, 1]
    assert outlined.table.rows.rowCount() == 2
    qtbot.waitUntil(lambda: not outlined.plot.busy, timeout=SECONDS)
    picture = outlined.plot.grab().toImage()
    assert picture.pixelColor(2, 2).name() == "#23242b"  # napari's dark theme
    viewer.theme = "light"
    qtbot.waitUntil(lambda: not outlined.plot.busy, timeout=SECONDS)
    assert outlined.plot.grab().toImage().pixelColor(2, 2).lightness() > 200
    assert "An embryo in 2 of 2 frames" in outlined.run_block.text
    save_as(tmp_path / "sizes.csv", outlined.save_button, monkeypatch)
    qtbot.waitUntil(lambda: "Saved" in outlined.run_block.text, timeout=SECONDS)
    assert len(pd.read_csv(tmp_path / "sizes.csv")) == 2
    outlined.table.picked.emit(1)
    assert viewer.dims.current_step[0] == 1


def test_an_image_that_is_removed_leaves_no_layer(viewer: Viewer, egg: Image, qtbot: QtBot) -> None:
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Embryo outline")
    dock.run_block.run.native.click()
    viewer.layers.remove(egg)
    qtbot.waitUntil(lambda: not dock.running, timeout=SECONDS)
    assert len(viewer.layers) == 0


def test_without_an_image_the_status_tells_what_to_do(viewer: Viewer) -> None:
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Embryo outline")
    assert not dock.run_block.run.enabled
    assert "No image to outline; open one" in dock.run_block.text
    viewer.add_image(np.zeros((2, 4, 8, 8, 3), np.uint8), name="colours", rgb=True)
    assert "colours: is a movie of RGB volumes; right-click" in dock.run_block.text
    dock.run()
    assert not dock.running


@pytest.mark.filterwarnings("ignore:.*:UserWarning")
def test_an_rgb_movie_is_outlined_like_its_projections(viewer: Viewer, egg: Image, qtbot: QtBot) -> None:
    grey = egg.data.max(axis=1)
    rgb = (255 * (grey / grey.max())[..., None] * [0, 1, 0]).astype(np.uint8)
    size = {"scale": (1, 0.5, 0.5), "units": ("pixel", "um", "um")}
    movie = viewer.add_image(rgb, name="colours", rgb=True, **size)
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Embryo outline")
    dock.source.choose(movie)
    dock.run()
    qtbot.waitUntil(lambda: not dock.running, timeout=SECONDS)
    assert dock.sizes is not None
    assert dock.sizes["length_um"].tolist() == pytest.approx([45, 45], abs=8)
    layer = viewer.layers["colours outline"]
    assert layer.data.shape == grey.shape
    assert layer.data[:, 40, 60].tolist() == [1, 1]
