"""Corrections as a person makes them."""

from __future__ import annotations

import time

from qtpy.QtWidgets import QApplication

from helpers.docks.common import SECONDS
from napari_devolearn.widgets.tracks.correct_dock import CorrectDock


def press(dock: CorrectDock, button: str, first: int = 0, second: int = 0) -> None:
    dock.first.value = first
    dock.second.value = second
    dock.buttons[button].native.click()
    finish(dock)


def finish(dock: CorrectDock) -> None:
    """Wait until a correction, and the reading before it, are over."""
    end = time.monotonic() + SECONDS / 1000
    while dock.running and time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.005)
    assert not dock.running
