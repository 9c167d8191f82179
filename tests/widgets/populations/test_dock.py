"""The Lineage populations dock as people use it: run, look, leave frames out, close it."""

from __future__ import annotations

import numpy as np
import pytest
from napari.layers import Image
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from counting_model import aging_movie
from napari_devolearn.lineage.populations import SERIES
from napari_devolearn.lineage.reference import load_reference
from napari_devolearn.widgets.populations.dock import PopulationsDock
from napari_devolearn.widgets.populations.overlay import text_overlay
from widgets.dock_tools import SECONDS
from widgets.populations_tools import run, shown


def test_curves_are_those_of_the_embryo(
    populations: PopulationsDock, aging_layer: Image, qtbot: QtBot
) -> None:
    run(populations, qtbot)
    curves = shown(populations)
    expected = np.rint(load_reference().counts_at(10.0 * np.arange(12)))
    np.testing.assert_allclose(curves.counts[2:, :7], expected[2:], atol=3)
    assert list(curves.trusted) == [False] + [True] * 11
    assert curves.raw is not None
    assert "12 frames counted on cpu" in populations.controls.run_box.status.text()
    assert populations.controls.band_box.speed.value() == pytest.approx(10, abs=1.5)
    dots = [line for line in populations.panel.canvas.plot.axes.lines if line.get_marker() == "."]
    assert len(dots) == len(SERIES)
    populations.controls.points_box.setChecked(False)
    assert not [line for line in populations.panel.canvas.plot.axes.lines if line.get_marker() == "."]


def test_volumes_are_projected_frame_by_frame(
    populations: PopulationsDock, viewer: Viewer, qtbot: QtBot
) -> None:
    grey = aging_movie(rgb=False)
    viewer.add_image(np.stack([grey // 3, grey, grey // 2, grey // 3, grey // 4], axis=1), name="stack")
    run(populations, qtbot)
    assert shown(populations).counts[9, -1] == pytest.approx(load_reference().counts_at([90])[0].sum(), abs=6)


def test_ends_can_be_left_out(populations: PopulationsDock, aging_layer: Image, qtbot: QtBot) -> None:
    run(populations, qtbot)
    populations.controls.first.setValue(1)
    populations.controls.last.setValue(2)
    qtbot.waitUntil(lambda: len(shown(populations)) == 9, timeout=SECONDS)
    assert list(shown(populations).frame) == list(range(1, 10))
    assert shown(populations).trusted.all()


def test_the_total_is_text_on_the_viewer_and_goes_away_again(
    populations: PopulationsDock, aging_layer: Image, viewer: Viewer, qtbot: QtBot
) -> None:
    overlay = text_overlay(viewer)
    overlay.text = "mine"
    run(populations, qtbot)
    populations.controls.total_box.setChecked(True)
    viewer.dims.set_current_step(0, 9)
    assert overlay.text.startswith(f"{shown(populations).counts[9, -1]:.0f} cells, age ")
    assert overlay.visible
    viewer.dims.set_current_step(0, 0)
    assert "in doubt" in overlay.text
    populations.controls.total_box.setChecked(False)
    assert (overlay.visible, overlay.text) == (False, "mine")


def test_no_model_is_said(populations: PopulationsDock, aging_layer: Image, notes: list[str]) -> None:
    populations.controls.model_box.setCurrentIndex(populations.controls.model_box.count() - 1)
    populations.controls.run_box.run.click()
    assert "no lineage model chosen" in notes[-1]


def test_a_closed_dock_lets_go_of_the_viewer(
    populations: PopulationsDock, aging_layer: Image, viewer: Viewer
) -> None:
    canvas = populations.panel.canvas
    viewer.dims.set_current_step(0, 5)
    assert (canvas.cursor_frame, populations.panel.look.theme) == (5, "dark")
    viewer.window.remove_dock_widget(populations)
    viewer.theme = "light"
    viewer.dims.set_current_step(0, 2)
    viewer.layers.remove(aging_layer)
    assert (canvas.cursor_frame, populations.panel.look.theme) == (5, "dark")
