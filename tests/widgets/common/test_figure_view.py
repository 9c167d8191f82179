from __future__ import annotations

import threading
from typing import Any

import pytest
from pytestqt.qtbot import QtBot

from napari_devolearn.widgets.common.figure_view import FigureView


@pytest.fixture
def view(qtbot: QtBot) -> FigureView:
    view = FigureView(100, 80, "A figure")
    qtbot.addWidget(view)
    view.resize(200, 160)
    view.show()
    return view


def test_a_figure_fills_the_widget_and_follows_its_size(view: FigureView, qtbot: QtBot) -> None:
    threads = []

    def red(figure: Any) -> str:
        threads.append(threading.current_thread())
        figure.add_axes((0, 0, 1, 1), facecolor="red").spines[:].set_visible(False)
        return "made"

    view.draw(red)
    assert view.busy
    qtbot.waitUntil(lambda: not view.busy)
    assert view.result == "made"
    assert view.grab().toImage().pixelColor(199, 159).name() == "#ff0000"
    view.resize(300, 200)
    qtbot.waitUntil(lambda: len(threads) > 1 and not view.busy)
    assert view.grab().toImage().pixelColor(299, 199).name() == "#ff0000"
    assert threading.main_thread() not in threads


def test_the_margins_of_a_figure_have_the_ground_of_the_dock(view: FigureView, qtbot: QtBot) -> None:
    view.setStyleSheet("background: #ebe7e5")
    view.draw(lambda figure: figure.set_facecolor("white"))
    qtbot.waitUntil(lambda: not view.busy)
    assert view.grab().toImage().pixelColor(5, 5).name() == "#ebe7e5"


def test_intermediate_requests_are_skipped(view: FigureView, qtbot: QtBot) -> None:
    gate, made = threading.Event(), []

    def wait(figure: Any) -> None:
        gate.wait(10)

    view.draw(wait)
    for name in ("one", "two", "three"):
        view.draw(lambda _, name=name: made.append(name))
    gate.set()
    qtbot.waitUntil(lambda: not view.busy)
    assert made == ["three"]


def test_an_error_is_reported_and_the_next_figure_is_drawn(
    view: FigureView, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    said: list[Exception] = []
    monkeypatch.setattr("napari_devolearn.widgets.common.worker.show_failure", said.append)
    view.draw(lambda _: 1 / 0)
    qtbot.waitUntil(lambda: not view.busy)
    assert isinstance(said[0], ZeroDivisionError)
    view.draw(lambda _: "made")
    qtbot.waitUntil(lambda: view.result == "made")
    view.stop()
    assert not view.busy
