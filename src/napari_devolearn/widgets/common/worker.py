"""Run a generator step by step in napari's thread worker."""

from __future__ import annotations

import threading
from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, suppress
from time import perf_counter
from typing import Any

from napari.qt.threading import GeneratorWorker, create_worker
from napari.utils.notifications import notification_manager, show_error, show_warning
from qtpy.QtCore import QObject, QTimer, Signal

from napari_devolearn._owning import OwningIterator
from napari_devolearn.exceptions import DevolearnError, message_of

Steps = Callable[[], Iterator[object]]
_STEP, _FAILED, _ENDED = range(3)

_PART = 3
"""Pause of a `LatestJob` with a rest, relative to the duration of its last work."""


class Job(QObject):
    """One piece of work at a time in a thread, which reports each step and can be stopped at once."""

    # a step (object), the error that ended the work (Exception), or its end (nothing), on the main
    # thread. None is emitted after `stop`, whatever the thread still does.
    stepped = Signal(object)
    failed = Signal(object)
    ended = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.running = False
        self._halt = _StopSignal()
        self.destroyed.connect(self._halt.set)

    def start(self, steps: Steps) -> None:
        """Start other work, and stop the current one.

        `steps` is called in the thread and returns an iterator. A generator and an OwningIterator are closed
        in that thread, however the work ends.
        """
        self.stop()
        self._halt.event = halt = threading.Event()
        options = {"_start_thread": False, "_worker_class": _ClosingWorker}
        worker = create_worker(_iter_reports, steps, halt, **options)
        worker.yielded.connect(self._on_report)
        worker.warned.connect(_show_warning)
        self.running = True
        worker.start()

    def stop(self) -> None:
        """Stop the work: the thread ends after its current step, and the result of that step is dropped."""
        self._halt.set()
        self.running = False

    def _on_report(self, report: tuple[threading.Event, int, Any]) -> None:
        halt, kind, value = report
        if halt.is_set():
            return
        if kind == _STEP:
            self.stepped.emit(value)
            return
        self.running = False
        if kind == _FAILED:
            self.failed.emit(value)
        else:
            self.ended.emit()


class LatestJob(Job):
    """Run only the latest requested work; requests in between are skipped. Errors are notifications.

    `rest` is the minimum time between two pieces of work, in milliseconds. It is longer after long work, to
    slow other work only a little.
    """

    def __init__(self, parent: QObject | None = None, rest: int = 0) -> None:
        super().__init__(parent)
        self._rest, self._began = rest, 0.0
        self._waiting: Steps | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._go_on)
        self.failed.connect(lambda error: show_failure(error))
        for over in (self.failed, self.ended):
            over.connect(self._on_over)

    @property
    def busy(self) -> bool:
        """Whether work is running or waiting."""
        return self.running or self._waiting is not None

    def ask(self, steps: Steps) -> None:
        """Run this next, instead of what was waiting."""
        self._waiting = steps
        if not self.running and not self._timer.isActive():
            self._go_on()

    def stop(self) -> None:
        """Leave the work, and do nothing more."""
        self._waiting = None
        self._timer.stop()
        super().stop()

    def _go_on(self) -> None:
        if self._waiting is not None:
            self._began = perf_counter()
            self.start(self._waiting)

    def _on_over(self, *_: object) -> None:
        took = int(1000 * (perf_counter() - self._began))
        self._timer.start(max(self._rest, _PART * took) if self._rest else 0)


class _StopSignal:
    """Tell the current work to end; Qt may call it when the job itself is partly deleted."""

    def __init__(self) -> None:
        self.event = threading.Event()

    def set(self, *_: object) -> None:
        self.event.set()


def show_failure(error: Exception) -> None:
    """Notify of an error: in one line if the user can act on it, else with its traceback."""
    if isinstance(error, DevolearnError | ValueError | OSError | MemoryError):
        show_error(message_of(error))
    else:
        notification_manager.receive_error(type(error), error, error.__traceback__)


class _ClosingWorker(GeneratorWorker):  # type: ignore[misc]
    """Close its iterator in its own thread, also when napari quits."""

    def work(self) -> object:
        try:
            result = super().work()
        finally:
            self._gen.close()
        # _iter_reports catches every RuntimeError, so the window was closed, and nobody listens
        return None if isinstance(result, RuntimeError) else result

    def run(self) -> None:
        with suppress(RuntimeError):  # its signals were deleted with the window
            super().run()


def _iter_reports(steps: Steps, halt: threading.Event) -> Iterator[tuple[threading.Event, int, object]]:
    """Yield the job, the kind (a step, an error or the end), and the step or error."""
    failure: Exception | None = None
    try:
        with ExitStack() as stack:
            stepping = steps()
            if isinstance(stepping, Generator | OwningIterator):
                stack.callback(stepping.close)
            for step in stepping:
                yield halt, _STEP, step
                if halt.is_set():
                    return
    except RuntimeError as error:  # as torch raises them, with a message for developers
        failure = DevolearnError(f"{type(error).__name__}: {error}; try another device or image")
        failure.__cause__ = error
    except Exception as error:  # noqa: BLE001 - each is reported on the main thread
        failure = error
    yield halt, _ENDED if failure is None else _FAILED, failure


def _show_warning(warning: tuple[object, ...]) -> None:
    message, category = warning[:2]
    if category is UserWarning:
        show_warning(str(message))
