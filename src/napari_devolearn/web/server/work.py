"""Queue for the computations of all visitors, in turns."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Callable

from napari_devolearn.exceptions import ServerError, message_of


class Task(ABC):
    """Work in small steps.

    `on_change`: called from the worker's thread after each step.
    `error`: the error that stopped it, else empty.
    """

    def __init__(self, on_change: Callable[[], None]) -> None:
        self._on_change = on_change
        self.error = ""

    @property
    @abstractmethod
    def finished(self) -> bool:
        """Whether the results are complete."""

    @abstractmethod
    def step(self) -> bool:
        """Do one step of at most a second; returns whether anything remains."""

    def fail(self, error: Exception) -> None:
        """Stop with a message for the visitor."""
        self.error = message_of(error)
        self._on_change()


class WorkQueue:
    """One thread that runs one step of each task in turn, so that a long movie does not block other visitors.

    `longest`: maximum number of tasks.
    """

    def __init__(self, longest: int) -> None:
        self._longest = longest
        self._tasks: deque[Task] = deque()
        self._current: Task | None = None
        self._again = False  # the current task must check again for work
        self._closed = False
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._run, name="web-work", daemon=True)
        self._thread.start()

    def submit(self, task: Task) -> None:
        """Add a task, or make a queued one check again for work.

        Raises ServerError if the queue is full.
        """
        with self._changed:
            if task is self._current:
                self._again = True
                return
            if task in self._tasks:
                return
            if len(self._tasks) >= self._longest:
                raise ServerError(f"the queue is full ({self._longest} visitors); try again in a few minutes")
            self._tasks.append(task)
            self._changed.notify_all()

    def cancel(self, task: Task) -> None:
        """Cancel a task after its current step."""
        with self._changed:
            if task in self._tasks:
                self._tasks.remove(task)
            if task is self._current:
                self._current = None
            self._changed.notify_all()

    def close(self) -> None:
        """Cancel everything and end the thread."""
        with self._changed:
            self._closed = True
            self._tasks.clear()
            self._current = None
            self._changed.notify_all()
        self._thread.join(timeout=30)

    def _run(self) -> None:
        while (task := self._next()) is not None:
            try:
                more = task.step()
            except Exception as error:  # noqa: BLE001 - an error of one visitor must not stop the others
                more = False
                task.fail(error)
            self._put_back(task, more)

    def _next(self) -> Task | None:
        with self._changed:
            while not self._tasks and not self._closed:
                self._changed.wait()
            if self._closed:
                return None
            self._current, self._again = self._tasks.popleft(), False
            return self._current

    def _put_back(self, task: Task, more: bool) -> None:
        with self._changed:
            cancelled = self._current is not task
            self._current = None
            if (more or self._again) and not cancelled and not self._closed:
                self._tasks.append(task)
