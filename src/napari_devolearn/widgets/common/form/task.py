"""One job at a time, with its progress and Cancel in a run block."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qtpy.QtCore import QObject, Signal

from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.worker import Job, Steps, show_failure


class Task(QObject):
    """Work of a dock in a thread; the run block shows its progress."""

    stepped = Signal(object)  # a step of the job
    ended = Signal(str)  # the job ended: the reason if it was cancelled, else ""
    failed = Signal()  # the job ended with an error, which was shown as a notification

    def __init__(self, run_block: RunBlock) -> None:
        super().__init__(run_block.native)
        self.run_block = run_block
        self.inputs: Sequence[Any] = ()  # layers of the last job
        self._job = Job(self)
        self._job.stepped.connect(self.on_step)
        self._job.failed.connect(self._on_failure)
        self._job.ended.connect(lambda: self.ended.emit(""))

    @property
    def running(self) -> bool:
        """Whether the job is running."""
        return self._job.running

    def start(self, steps: Steps, text: str, expected: int = 0, inputs: Sequence[Any] = ()) -> None:
        """Start a job on some layers; `expected` is its number of steps, if known."""
        self.inputs = inputs
        self.run_block.begin(text)
        if expected:
            self.run_block.expect(expected, text)
        self._job.start(steps)

    def on_step(self, step: object) -> None:
        """Emit a step."""
        self.stepped.emit(step)

    def cancel(self, why: str) -> None:
        """Cancel the running job, if any."""
        if self.running:
            self._job.stop()
            self.ended.emit(why)

    def stop(self) -> None:
        """Stop the job without a status."""
        self._job.stop()

    def _on_failure(self, error: Exception) -> None:
        show_failure(error)
        self.run_block.fail(error)
        self.failed.emit()
