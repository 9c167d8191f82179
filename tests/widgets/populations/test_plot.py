from __future__ import annotations

import pytest
from napari.layers import Image
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, Qt

from helpers.docks.common import SECONDS
from helpers.docks.populations import run, shown, wait_for_plot
from napari_devolearn.widgets.populations.dock import PopulationsDock


def click(populations: PopulationsDock, qtbot: QtBot, frame: float, action: str = "mousePress") -> None:
    canvas = populations.curves.canvas
    bottom, top = canvas.result.axes.get_ylim()
    place = canvas.position_of(frame, (bottom + top) / 2).toPoint()
    if action == "mouseMove":
        qtbot.mouseMove(canvas, place)
    else:
        getattr(qtbot, action)(canvas, Qt.MouseButton.LeftButton, pos=place)


def test_the_cursor_follows_the_slider_and_moves_it(
    populations: PopulationsDock, aging_layer: Image, viewer: Viewer, qtbot: QtBot
) -> None:
    run(populations, qtbot)
    canvas = populations.curves.canvas
    viewer.dims.set_current_step(0, 3)
    assert canvas.cursor_frame == 3
    assert "<b>frame 3</b>" in populations.curves.readout.value
    click(populations, qtbot, 8)
    assert (viewer.dims.current_step[0], canvas.cursor_frame) == (8, 8)
    click(populations, qtbot, 5.2, "mouseMove")
    click(populations, qtbot, 5.2, "mouseRelease")
    assert (viewer.dims.current_step[0], canvas.cursor_frame) == (5, 5)
    click(populations, qtbot, 9, "mouseMove")
    assert viewer.dims.current_step[0] == 5


def test_the_band_is_shifted_by_hand_and_fitted_on_request(
    populations: PopulationsDock, aging_layer: Image, qtbot: QtBot
) -> None:
    populations.curves.fit.native.click()
    assert "count a movie first" in populations.run_block.text
    run(populations, qtbot)
    fitted = populations.curves.canvas.plot_style.clock
    populations.view["start"].value = fitted.start + 30
    assert populations.curves.canvas.plot_style.clock.start == pytest.approx(fitted.start + 30, abs=0.6)
    populations.view["first"].value = 1
    qtbot.waitUntil(lambda: len(shown(populations)) == 11, timeout=SECONDS)
    assert populations.view.band_by_hand
    populations.curves.fit.native.click()
    assert populations.curves.canvas.plot_style.clock.start == pytest.approx(fitted.start, abs=2)
    populations.view["band"].value = False
    assert populations.curves.canvas.plot_style.clock is None


def test_the_plot_takes_napari_s_theme(
    populations: PopulationsDock, aging_layer: Image, viewer: Viewer
) -> None:
    assert populations.curves.canvas.plot_style.theme == "dark"
    viewer.theme = "light"
    assert populations.curves.canvas.plot_style.theme == "light"


def test_a_lineage_is_switched_off_in_the_legend(
    populations: PopulationsDock, aging_layer: Image, qtbot: QtBot
) -> None:
    run(populations, qtbot)
    canvas = populations.curves.canvas
    qtbot.waitUntil(lambda: any(name == "AB" for name in canvas.result.legend.values()))
    entry = next(artist for artist, name in canvas.result.legend.items() if name == "AB")
    box, ratio = entry.get_window_extent(), canvas.devicePixelRatioF()
    middle = QPoint(int((box.x0 + box.x1) / 2 / ratio), int(canvas.height() - (box.y0 + box.y1) / 2 / ratio))
    for hidden in ({"AB"}, set()):
        qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=middle)
        assert populations.curves.canvas.plot_style.hidden == hidden
        wait_for_plot(populations, qtbot)
