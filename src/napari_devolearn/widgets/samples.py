"""File > Open Sample > DevoLearn: sample data, simulated in a thread so that the window stays responsive."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import StringIO
from typing import Any


def embryo() -> list[Any]:
    """Layers of the sample embryo."""
    return _drawn("napari-devolearn.draw_embryo")


def membranes() -> list[Any]:
    """Layers of the sample embryo with membranes."""
    return _drawn("napari-devolearn.draw_membranes")


def _drawn(command: str) -> list[Any]:
    qt = sys.modules.get("qtpy.QtWidgets")
    with_window = qt is not None and qt.QApplication.instance() is not None
    if with_window:
        with _busy_cursor():  # first, because imports take time too
            return _in_thread(_command(command))
    return list(_command(command)())


def _command(name: str) -> Callable[[], list[Any]]:
    from npe2 import PluginManager

    # by its command, because widgets and plugin do not import each other
    command: Callable[[], list[Any]] = PluginManager.instance().commands.get(name)
    return command


@contextmanager
def _busy_cursor() -> Iterator[None]:
    from qtpy.QtCore import Qt
    from qtpy.QtWidgets import QApplication

    QApplication.setOverrideCursor(Qt.CursorShape.BusyCursor)
    try:
        yield
    finally:
        QApplication.restoreOverrideCursor()


def _in_thread(draw: Callable[[], list[Any]]) -> list[Any]:
    """Wait for a result; meanwhile the window is drawn, shows that work is going on, and ignores input."""
    from napari.utils import progress
    from qtpy.QtCore import QEventLoop

    from napari_devolearn.widgets.common.loading import prepare_layers
    from napari_devolearn.widgets.common.worker import Job

    def steps() -> Iterator[list[Any]]:
        layers = draw()
        prepare_layers(*layers)
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
