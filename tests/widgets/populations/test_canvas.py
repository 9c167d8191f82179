from __future__ import annotations

import pytest
from matplotlib.axes import Axes
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, QPointF, Qt
from qtpy.QtGui import QWheelEvent
from qtpy.QtWidgets import QApplication, QToolTip

from helpers.drawn.populations import drawn_populations
from napari_devolearn.lineage.decoding.clock import Clock
from napari_devolearn.lineage.plot.style import PlotStyle, Scale
from napari_devolearn.widgets.populations.canvas import PlotCanvas


@pytest.fixture
def canvas(qtbot: QtBot) -> PlotCanvas:
    """Curves of 160 frames, of which the first three are uncertain."""
    canvas = PlotCanvas()
    qtbot.addWidget(canvas)
    canvas.resize(500, 400)
    canvas.show_populations([drawn_populations()], PlotStyle(theme="dark"))
    canvas.show()
    settle(canvas, qtbot)
    return canvas


def settle(canvas: PlotCanvas, qtbot: QtBot) -> None:
    """Wait until the latest plot is shown."""
    qtbot.waitUntil(lambda: not canvas.busy, timeout=30_000)


def axes_of(canvas: PlotCanvas) -> Axes:
    assert canvas.result is not None
    return canvas.result.axes


def place_of(canvas: PlotCanvas, frame: float) -> QPoint:
    return canvas.position_of(frame, 50).toPoint()


def wheel(canvas: PlotCanvas, place: QPoint, notches: int, key: Qt.KeyboardModifier) -> None:
    position, turn = QPointF(place), QPoint(0, 120 * notches)
    event = QWheelEvent(
        position,
        position,
        QPoint(),
        turn,
        Qt.MouseButton.NoButton,
        key,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(canvas, event)


def test_a_click_after_the_last_frame_goes_to_it(canvas: PlotCanvas, qtbot: QtBot) -> None:
    frames: list[int] = []
    canvas.frame_chosen.connect(frames.append)
    qtbot.mousePress(canvas, Qt.MouseButton.LeftButton, pos=place_of(canvas, 30.3))
    qtbot.mouseMove(canvas, place_of(canvas, 500))
    assert frames == [30, 159]


def test_the_wheel_zooms_at_the_mouse_and_a_double_click_shows_all(canvas: PlotCanvas, qtbot: QtBot) -> None:
    home = axes_of(canvas).get_xlim(), axes_of(canvas).get_ylim()
    place = place_of(canvas, 40)
    wheel(canvas, place, 2, Qt.KeyboardModifier.NoModifier)
    settle(canvas, qtbot)
    low, high = axes_of(canvas).get_xlim()
    assert high - low == pytest.approx(0.64 * 160, rel=0.01)
    assert place_of(canvas, 40).x() == pytest.approx(place.x(), abs=1)
    assert axes_of(canvas).get_ylim() == home[1]
    qtbot.mouseDClick(canvas, Qt.MouseButton.LeftButton, pos=place)
    settle(canvas, qtbot)
    assert (axes_of(canvas).get_xlim(), axes_of(canvas).get_ylim()) == home


def test_the_right_button_pans(canvas: PlotCanvas, qtbot: QtBot) -> None:
    low, _ = axes_of(canvas).get_xlim()
    start, end = place_of(canvas, 60), place_of(canvas, 40)
    qtbot.mousePress(canvas, Qt.MouseButton.RightButton, pos=start)
    qtbot.mouseMove(canvas, end)
    qtbot.mouseRelease(canvas, Qt.MouseButton.RightButton, pos=end)
    settle(canvas, qtbot)
    assert axes_of(canvas).get_xlim()[0] == pytest.approx(low + 20, abs=0.5)


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_the_wheel_zooms_cells_in_the_scale_of_their_axis(
    canvas: PlotCanvas, qtbot: QtBot, scale: Scale
) -> None:
    canvas.show_populations(canvas.populations, PlotStyle(scale=scale))
    settle(canvas, qtbot)
    home, place = axes_of(canvas).get_ylim(), place_of(canvas, 40)
    transform = axes_of(canvas).yaxis.get_transform().transform
    wheel(canvas, place, 2, Qt.KeyboardModifier.ControlModifier)
    settle(canvas, qtbot)
    (low, high), (first, last) = transform(axes_of(canvas).get_ylim()), transform(home)
    assert high - low == pytest.approx(0.64 * (last - first))
    assert place_of(canvas, 40).y() == pytest.approx(place.y(), abs=1)
    wheel(canvas, place, -2, Qt.KeyboardModifier.ControlModifier)
    settle(canvas, qtbot)
    assert axes_of(canvas).get_ylim() == pytest.approx(home, abs=1e-6)


def test_a_pan_to_and_fro_restores_a_log_axis(canvas: PlotCanvas, qtbot: QtBot) -> None:
    canvas.show_populations(canvas.populations, PlotStyle(scale="log"))
    settle(canvas, qtbot)
    home, start = axes_of(canvas).get_ylim(), place_of(canvas, 40)
    for begin, end in ((start, start + QPoint(0, 30)), (start + QPoint(0, 30), start)):
        qtbot.mousePress(canvas, Qt.MouseButton.RightButton, pos=begin)
        qtbot.mouseMove(canvas, end)
        qtbot.mouseRelease(canvas, Qt.MouseButton.RightButton, pos=end)
        settle(canvas, qtbot)
        assert (axes_of(canvas).get_ylim() == pytest.approx(home, abs=1e-6)) == (end == start)


def test_values_are_shown_under_the_mouse(canvas: PlotCanvas, qtbot: QtBot) -> None:
    for frame, said in ((100, "frame 100</b>"), (1, "uncertain")):
        qtbot.mouseMove(canvas, place_of(canvas, frame))
        qtbot.waitUntil(lambda said=said: said in QToolTip.text())


def test_moving_the_cursor_does_not_redraw_the_figure(
    canvas: PlotCanvas, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = canvas.grab().toImage()
    monkeypatch.setattr(canvas, "draw", lambda _: pytest.fail("was drawn anew"))
    canvas.put_cursor(80)
    after = canvas.grab().toImage()
    x = place_of(canvas, 80).x()
    y = canvas.position_of(80, 2).toPoint().y() - 30
    assert before.pixelColor(x, y) != after.pixelColor(x, y)


def test_the_zoom_is_kept_until_the_scale_changes(canvas: PlotCanvas, qtbot: QtBot) -> None:
    wheel(canvas, place_of(canvas, 40), 2, Qt.KeyboardModifier.ControlModifier)
    settle(canvas, qtbot)
    zoomed = axes_of(canvas).get_ylim()
    assert zoomed[1] - zoomed[0] == pytest.approx(0.64 * canvas.result.home[1][1], rel=0.01)
    canvas.show_populations([drawn_populations(100)], PlotStyle(theme="dark"))
    settle(canvas, qtbot)
    assert axes_of(canvas).get_ylim() == zoomed
    canvas.show_populations([drawn_populations(100)], PlotStyle(theme="dark", scale="log"))
    settle(canvas, qtbot)
    assert (axes_of(canvas).get_xlim(), axes_of(canvas).get_ylim()) == canvas.result.home


@pytest.mark.parametrize(("width", "label"), [(300, "age (min)"), (500, "age (min since AB divided)")])
def test_the_age_axis_does_not_overlap_the_legend(
    canvas: PlotCanvas, qtbot: QtBot, width: int, label: str
) -> None:
    canvas.resize(width, 260)
    canvas.show_populations([drawn_populations()], PlotStyle(clock=Clock(start=0, speed=1.5)))
    settle(canvas, qtbot)
    (age,), legend = axes_of(canvas).child_axes, axes_of(canvas).get_legend()
    assert age.get_xlabel() == label
    assert not age.xaxis.label.get_window_extent().overlaps(legend.get_window_extent())
