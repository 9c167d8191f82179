"""Helpers for tests of the Lineage populations dock."""

from __future__ import annotations

from pytestqt.qtbot import QtBot

from helpers.docks.common import SECONDS
from napari_devolearn.lineage.populations import Populations
from napari_devolearn.widgets.populations.dock import PopulationsDock


def run(dock: PopulationsDock, qtbot: QtBot) -> None:
    """Count the movie to its end, and decode it."""
    dock.run_block.run.native.click()
    qtbot.waitUntil(lambda: not dock.running and not dock.curves.decoder.busy, timeout=SECONDS)
    wait_for_plot(dock, qtbot)


def wait_for_plot(dock: PopulationsDock, qtbot: QtBot) -> None:
    """Let the plot show what the dock knows."""
    qtbot.waitUntil(lambda: not dock.curves.canvas.busy, timeout=SECONDS)


def shown(dock: PopulationsDock) -> Populations:
    """What the model counted."""
    return dock.curves.canvas.populations[0]
