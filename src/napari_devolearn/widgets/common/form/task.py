"""One job at a time, with its progress and Cancel in a run block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qtpy.QtCore import QObject, Signal

from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.worker import Job, Steps, show_failure


class Task(QObject):
    """What a dock does in a thread; the run block shows how far it is."""

    stepped = Signal(object)  # what the job yielded
    ended = Signal(str)  # it is over: why it was cancelled, or "" where the job came to its end
    failed = Signal()  # it is over by an error, of which a person was notified

    def __init__(self, run_block: RunBlock) -> None:
        super().__init__(run_block.native)
        self.run_block = run_block
        self.inputs: Sequence[Any] = ()  # what the last job was begun on
        self._job = Job(self)
        self._job.stepped.connect(self.take)
        self._job.failed.connect(self._on_failure)
        self._job.ended.connect(lambda: self.ended.emit(""))

    @property
    def running(self) -> bool:
        """Whether the job is going on."""
        return self._job.running

    def start(self, steps: Steps, text: str, expected: int = 0, inputs: Sequence[Any] = ()) -> None:
        """Begin a job on some layers; `expected` is how many steps it has, where that is known already."""
        self.inputs = inputs
        self.run_block.begin(text)
        if expected:
            self.run_block.expect(expected, text)
        self._job.start(steps)

    def take(self, step: object) -> None:
        """Pass a step on."""
        self.stepped.emit(step)

    def cancel(self, why: str) -> None:
        """Leave the job, if there is one."""
        if self.running:
            self._job.stop()
            self.ended.emit(why)

    def stop(self) -> None:
        """Leave the job without a word."""
        self._job.stop()

    def _on_failure(self, error: Exception) -> None:
        show_failure(error)
        self.run_block.fail(error)
        self.failed.emit()
