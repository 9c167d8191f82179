"""File > Open Sample > DevoLearn: sample data, simulated in a thread so that the window stays responsive."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from importlib import import_module
from io import StringIO
from typing import Any

from napari.utils import progress
from npe2 import PluginManager


def embryo() -> list[Any]:
    """Layers of the sample embryo."""
    return _drawn("napari-devolearn.draw_embryo")


def membranes() -> list[Any]:
    """Layers of the sample embryo with membranes."""
    return _drawn("napari-devolearn.draw_membranes")


def _drawn(command: str) -> list[Any]:
    def draw() -> list[Any]:
        # by its command, because widgets and plugin do not import each other
        layers: list[Any] = PluginManager.instance().commands.get(command)()
        return layers

    qt = sys.modules.get("qtpy.QtWidgets")
    if qt is None or qt.QApplication.instance() is None:
        return draw()
    from qtpy.QtCore import Qt

    qt.QApplication.setOverrideCursor(Qt.CursorShape.BusyCursor)  # first, because imports take time too
    try:
        return _in_thread(draw)
    finally:
        qt.QApplication.restoreOverrideCursor()


def _in_thread(draw: Callable[[], list[Any]]) -> list[Any]:
    """Wait for a result; meanwhile the window is drawn, shows that work is going on, and ignores input."""
    from qtpy.QtCore import QEventLoop

    from napari_devolearn.widgets.common.worker import Job

    def steps() -> Iterator[list[Any]]:
        from napari_devolearn.widgets.common.loading import prepare_layers

        layers = draw()
        prepare_layers(*layers)
        import_module("matplotlib.cm")  # napari needs it for the controls of tracks
        yield layers

    waiting, job = QEventLoop(), Job()
    made: list[Any] = []
    failures: list[Exception] = []
    job.stepped.connect(made.extend)
    job.failed.connect(failures.append)
    for signal in (job.failed, job.ended):
        signal.connect(waiting.quit)
    with progress(desc="Simulating the sample", total=0, file=StringIO()):
        job.start(steps)
        waiting.exec(QEventLoop.ProcessEventsFlag.ExcludeUserInputEvents)
    if failures:
        raise failures[0]
    return made
