"""A generator in napari's thread worker, one step after the other."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, suppress
from functools import cache
from typing import Any

from qtpy.QtCore import QObject, Signal

from napari_devolearn._owning import OwningIterator
from napari_devolearn.exceptions import DevolearnError


class Job(QObject):
    """Work in a thread that reports step by step and can be left at once.

    Parameters
    ----------
    steps : callable
        Called in the thread; gives an iterator. What it yields comes out of `stepped`. A generator and an
        OwningIterator are closed in that thread, however the work ends.
    parent : QObject
        The work stops with it.

    Attributes
    ----------
    stepped, failed, ended : Signal
        A step (object), the error that ended it (Exception), and the end (nothing), on the main
        thread. After `stop` there are no more steps, whatever the thread is still at.
    """

    stepped = Signal(object)
    failed = Signal(object)
    ended = Signal()

    def __init__(self, steps: Callable[[], Iterator[object]], parent: QObject | None = None) -> None:
        from napari.qt.threading import create_worker

        super().__init__(parent)
        self._halt = threading.Event()
        self.destroyed.connect(self._halt.set)
        self._worker = create_worker(
            _until_halted,
            steps,
            self._halt,
            _start_thread=False,
            _ignore_errors=True,
            _worker_class=_worker_class(),
        )
        self._worker.yielded.connect(self._on_step)
        self._worker.errored.connect(self._on_error)
        self._worker.warned.connect(_show_warning)
        self._worker.finished.connect(self._end)
        self.running = False

    def start(self) -> None:
        """Begin the work."""
        self.running = True
        self._worker.start()

    def stop(self) -> None:
        """Leave the work: the thread ends after its present step, whose result is dropped."""
        self._halt.set()
        self._end()

    def _on_step(self, step: object) -> None:
        if self.running:
            self.stepped.emit(step)

    def _on_error(self, error: Exception) -> None:
        if self.running:
            self.failed.emit(error)

    def _end(self) -> None:
        if self.running:
            self.running = False
            self.ended.emit()


def show_failure(error: Exception) -> None:
    """Notify of an error: one line where a person can act on it, else with its traceback."""
    from napari.utils.notifications import notification_manager, show_error

    if isinstance(error, DevolearnError | ValueError | OSError | MemoryError):
        show_error(" ".join(str(error).split()) or type(error).__name__)
    else:
        notification_manager.receive_error(type(error), error, error.__traceback__)


@cache
def _worker_class() -> type[Any]:
    from napari.qt.threading import GeneratorWorker

    class ClosingWorker(GeneratorWorker):  # type: ignore[misc]
        """Ends what it steps through in its own thread, also when napari quits, and then says no more."""

        def work(self) -> object:
            try:
                result = super().work()
            finally:
                self._gen.close()
            # _until_halted lets no other RuntimeError through: the window is gone, and nobody listens
            return None if isinstance(result, RuntimeError) else result

        def run(self) -> None:
            with suppress(RuntimeError):  # its signals went with the window
                super().run()

    return ClosingWorker


def _until_halted(steps: Callable[[], Iterator[object]], halt: threading.Event) -> Iterator[object]:
    try:
        with ExitStack() as stack:
            stepping = steps()
            if isinstance(stepping, Generator | OwningIterator):
                stack.callback(stepping.close)
            for step in stepping:
                yield step
                if halt.is_set():
                    return
    except RuntimeError as error:
        # the worker takes a RuntimeError for its own deletion and would end without a word
        raise DevolearnError(f"{type(error).__name__}: {error}; try another device or image") from error


def _show_warning(warning: tuple[object, ...]) -> None:
    from napari.utils.notifications import show_warning

    message, category = warning[:2]
    if category is UserWarning:
        show_warning(str(message))
