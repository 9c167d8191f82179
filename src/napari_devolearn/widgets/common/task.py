"""One job at a time, with its progress and Cancel in a run block."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from qtpy.QtCore import QObject, Signal

from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.worker import Job, show_failure


class Task(QObject):
    """What a dock does in a thread.

    Parameters
    ----------
    run_block : RunBlock
        Shows how far it is. Its Cancel is the dock's to connect, since the dock knows what stays.
    parent : QObject

    Attributes
    ----------
    stepped : Signal
        What the job yielded (object).
    ended : Signal
        It is over: with the words given to `cancel` (str), or "" where the job came to its end.
    failed : Signal
        It is over by an error, of which a person was notified.
    """

    stepped = Signal(object)
    ended = Signal(str)
    failed = Signal()

    def __init__(self, run_block: RunBlock, parent: QObject) -> None:
        super().__init__(parent)
        self._run_block = run_block
        self._job: Job | None = None

    @property
    def running(self) -> bool:
        """Whether the job is going on."""
        return self._job is not None

    def start(self, steps: Callable[[], Iterator[object]], text: str, expected: int = 0) -> None:
        """Begin a job.

        Parameters
        ----------
        steps : callable
            As `Job` takes it.
        text : str
            What is going on, for people.
        expected : int
            How many steps it has, where that is known already.
        """
        self._run_block.begin(text)
        if expected:
            self._run_block.expect(expected, text)
        self._job = Job(steps, self)
        self._job.stepped.connect(self.stepped)
        self._job.failed.connect(self._on_failure)
        self._job.ended.connect(lambda: self._finish(""))
        self._job.start()

    def cancel(self, why: str) -> None:
        """Leave the job, if there is one."""
        job = self._job
        self._finish(why)
        if job is not None:
            job.stop()

    def stop(self) -> None:
        """Leave the job without a word."""
        job, self._job = self._job, None
        if job is not None:
            job.stop()

    def _finish(self, why: str) -> None:
        if self._job is not None:
            self._job = None
            self.ended.emit(why)

    def _on_failure(self, error: Exception) -> None:
        self._job = None
        show_failure(error)
        self._run_block.fail(error)
        self.failed.emit()
