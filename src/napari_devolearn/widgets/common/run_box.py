"""Run, Cancel, how far it is and what there is to know."""

from __future__ import annotations

from time import perf_counter

from qtpy.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QPushButton, QVBoxLayout, QWidget

from napari_devolearn.widgets.common.run_block import time_left, whole

_REDRAW = 0.05  # seconds: a bar that is drawn more often only costs time


class RunBox(QWidget):
    """Two buttons, a progress bar with the time left, and a line of text.

    Attributes
    ----------
    pace : float or None
        Seconds that a step took in the last run.
    done : int
        Steps of it.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.run, self.cancel = QPushButton("Run", self), QPushButton("Cancel", self)
        self.run.setToolTip("Segment; what was computed before is not computed again.")
        self.cancel.setToolTip("Stop after the present slice; what is finished stays.")
        self.bar = QProgressBar(self)
        self.status = QLabel(self)
        self.status.setWordWrap(True)
        buttons = QHBoxLayout()
        buttons.addWidget(self.run)
        buttons.addWidget(self.cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(buttons)
        layout.addWidget(self.bar)
        layout.addWidget(self.status)
        self._total = self.done = 0
        self._outcome = ""
        self.pace: float | None = None
        self._started = self._drawn = 0.0
        self.end("")

    def begin(self, text: str) -> None:
        """A run has begun, of how many steps is not known yet."""
        self.run.setEnabled(False)
        self.cancel.setEnabled(True)
        self.bar.setRange(0, 0)
        self.bar.setFormat("")
        self.status.setText(text)

    def expect(self, steps: int, text: str) -> None:
        """So many steps are to come, and the clock starts."""
        self.status.setText(text)
        self._total, self.done = steps, 0
        self._started = self._drawn = perf_counter()
        self.bar.setRange(0, steps)
        self.bar.setValue(0)

    def step(self) -> None:
        """One step is done."""
        self.done += 1
        now = perf_counter()
        self.pace = (now - self._started) / self.done
        if now - self._drawn > _REDRAW or self.done == self._total:
            self._drawn = now
            self.bar.setValue(self.done)
            self.bar.setFormat(f"%p %   {time_left(now - self._started, self.done, self._total)}")

    def end(self, text: str) -> None:
        """The run is over."""
        self.run.setEnabled(True)
        self.cancel.setEnabled(False)
        self.bar.setRange(0, 1)
        self.bar.setValue(0)
        self.bar.setFormat("")
        self._outcome = text
        self.status.setText(text)

    def say(self, text: str) -> None:
        """Show something between two runs; nothing shows how the last one ended."""
        if self.run.isEnabled():
            self.status.setText(text or self._outcome)

    def fail(self, error: Exception) -> None:
        """The run is over by an error."""
        self.end(f"{whole(error)}\nNothing was changed.")
