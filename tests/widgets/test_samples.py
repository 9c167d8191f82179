"""Samples are drawn beside the window, which goes on and says so."""

from __future__ import annotations

import threading
import time

import numpy as np
import pytest
from napari.utils import progress
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QTimer

from napari_devolearn.widgets import samples


def test_the_window_goes_on_and_shows_progress_while_a_sample_is_drawn(
    qtbot: QtBot, monkeypatch: pytest.MonkeyPatch
) -> None:
    shown, drawn_in = [], []

    def draw() -> list[tuple]:
        drawn_in.append(threading.current_thread())
        time.sleep(0.3)
        return [(np.zeros((2, 2)), {"name": "drawn"}, "image")]

    timer = QTimer()
    timer.timeout.connect(lambda: shown.append([bar.desc for bar in progress._all_instances]))
    timer.start(20)
    monkeypatch.setattr("npe2._command_registry.CommandRegistry.get", lambda _self, _command: draw)
    ((_, attributes, _),) = samples.embryo()
    timer.stop()
    assert attributes == {"name": "drawn"}
    assert drawn_in != [threading.main_thread()]
    assert len(shown) > 3
    assert shown[-1] == ["Simulating the sample"]
    assert not progress._all_instances


def test_an_error_of_the_drawing_is_passed_on(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
    def draw() -> list[str]:
        raise MemoryError("too large")

    monkeypatch.setattr("npe2._command_registry.CommandRegistry.get", lambda _self, _command: draw)
    with pytest.raises(MemoryError, match="too large"):
        samples.membranes()


def test_both_samples_open_as_layers(viewer: Viewer) -> None:
    image, truth, tracks = viewer.open_sample("napari-devolearn", "embryo")
    assert (image.name, truth.visible, tracks.name) == ("embryo", False, "tracks")
    viewer.layers.clear()
    image, cells = viewer.open_sample("napari-devolearn", "membranes")
    assert (image.ndim, cells.name) == (4, "true cells")
