from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from napari.layers import Image
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from helpers.counting_model import aging_movie
from helpers.docks.common import SECONDS
from helpers.docks.populations import run, shown, wait_for_plot
from napari_devolearn.lineage.decoding.reference import load_reference
from napari_devolearn.lineage.populations import SERIES
from napari_devolearn.widgets.common.form import settings
from napari_devolearn.widgets.populations.dock import PopulationsDock
from napari_devolearn.widgets.populations.readout import text_overlay


def test_curves_match_the_embryo(populations: PopulationsDock, aging_layer: Image, qtbot: QtBot) -> None:
    run(populations, qtbot)
    curves = shown(populations)
    expected = np.rint(load_reference().counts_at(10.0 * np.arange(12)))
    np.testing.assert_allclose(curves.counts[2:, :7], expected[2:], atol=3)
    assert list(curves.trusted) == [False] + [True] * 11
    assert curves.raw is not None
    assert "12 frames counted on cpu" in populations.run_block.text
    assert populations.view["speed"].value == pytest.approx(10, abs=1.5)
    dots = [line for line in populations.curves.canvas.result.axes.lines if line.get_marker() == "."]
    assert len(dots) == len(SERIES)
    populations.view["points"].value = False
    wait_for_plot(populations, qtbot)
    assert not [line for line in populations.curves.canvas.result.axes.lines if line.get_marker() == "."]


def test_volumes_are_projected_frame_by_frame(
    populations: PopulationsDock, viewer: Viewer, qtbot: QtBot
) -> None:
    grey = aging_movie(rgb=False)
    viewer.add_image(np.stack([grey // 3, grey, grey // 2, grey // 3, grey // 4], axis=1), name="stack")
    run(populations, qtbot)
    assert shown(populations).counts[9, -1] == pytest.approx(load_reference().counts_at([90])[0].sum(), abs=6)


def test_frames_at_the_ends_can_be_left_out(
    populations: PopulationsDock, aging_layer: Image, qtbot: QtBot
) -> None:
    run(populations, qtbot)
    populations.view["first"].value = 1
    populations.view["last"].value = 2
    qtbot.waitUntil(lambda: len(shown(populations)) == 9, timeout=SECONDS)
    assert list(shown(populations).frame) == list(range(1, 10))
    assert shown(populations).trusted.all()


def test_the_total_is_shown_on_the_viewer_and_hidden_again(
    populations: PopulationsDock, aging_layer: Image, viewer: Viewer, qtbot: QtBot
) -> None:
    overlay = text_overlay(viewer)
    overlay.text = "mine"
    run(populations, qtbot)
    populations.view["total"].value = True
    viewer.dims.set_current_step(0, 9)
    assert overlay.text.startswith(f"{shown(populations).counts[9, -1]:.0f} cells, age ")
    assert overlay.visible
    viewer.dims.set_current_step(0, 0)
    assert "uncertain" in overlay.text
    populations.view["total"].value = False
    assert (overlay.visible, overlay.text) == (False, "mine")


def test_only_an_existing_file_can_be_a_model(
    populations: PopulationsDock, aging_layer: Image, notes: list[str]
) -> None:
    chosen = populations.model.value
    populations.model.add_file(Path("gone.json"))
    assert "gone.json: file not found; choose another model" in notes[-1]
    assert populations.model.value == chosen


def test_the_plot_style_is_kept_for_the_next_dock_but_not_the_band(
    populations: PopulationsDock, viewer: Viewer, qtbot: QtBot
) -> None:
    populations.view["log"].value = True
    populations.view["start"].value = 40
    qtbot.waitUntil(
        lambda: settings.settings_file().exists() and "true" in settings.settings_file().read_text()
    )
    viewer.window.remove_dock_widget(populations.native)
    again = PopulationsDock(viewer)
    assert again.view.params.log
    assert again.view.params.start == 0
    again.release()


def test_a_closed_dock_is_disconnected_from_the_viewer(
    populations: PopulationsDock, aging_layer: Image, viewer: Viewer
) -> None:
    canvas = populations.curves.canvas
    viewer.dims.set_current_step(0, 5)
    assert (canvas.cursor_frame, populations.curves.canvas.plot_style.theme) == (5, "dark")
    viewer.window.remove_dock_widget(populations.native)
    viewer.theme = "light"
    viewer.dims.set_current_step(0, 2)
    viewer.layers.remove(aging_layer)
    assert (canvas.cursor_frame, populations.curves.canvas.plot_style.theme) == (5, "dark")
