"""Run, Cancel, progress and status: the same block in every dock."""

from __future__ import annotations

from time import perf_counter
from typing import Any

from magicgui.widgets import Container, ProgressBar, PushButton, Widget

from napari_devolearn.exceptions import message_of
from napari_devolearn.widgets.common.form.layout import row_of, text_label

_UNCHANGED = "Nothing was changed."
_REDRAW = 0.05  # seconds: minimum time between updates of the bar


class RunBlock(Container[Widget]):
    """Two buttons, a progress bar with the remaining time, and a status of several lines.

    `text` and `tooltip` are of the run button, `cancel` is the tooltip of Cancel: what is kept. `keeps` is
    the status after an error that follows a completed step.
    """

    def __init__(self, text: str = "Run", *, tooltip: str, cancel: str, keeps: str = _UNCHANGED) -> None:
        self.run = PushButton(text=text, tooltip=tooltip)
        self.cancel = PushButton(text="Cancel", tooltip=cancel)
        self.bar = ProgressBar(value=0, min=0, max=1, visible=False)
        self.status = text_label()
        buttons = row_of(self.run, self.cancel)
        super().__init__(widgets=[buttons, self.bar, self.status], labels=False)
        self.margins = (0, 0, 0, 0)
        self._keeps = keeps
        self._outcome = self._note = self._need = ""
        self.running = False
        self._total = self.done = 0
        self.pace: float | None = None  # seconds per step in the last run
        self._started = self._drawn = 0.0
        self._rest()

    @property
    def text(self) -> str:
        """Current status."""
        return str(self.status.value)

    def begin(self, text: str) -> None:
        """Show that a run has started; the number of steps is not known yet."""
        self.running, self.done = True, 0
        self.run.enabled, self.cancel.enabled = False, True
        self._bar(0, 0)
        self.bar.native.setFormat("")
        self.bar.visible = True
        self.status.value = text

    def expect(self, steps: int, text: str) -> None:
        """Set the number of steps, and start the clock."""
        self.status.value = text
        self._total, self.done = steps, 0
        self._started = self._drawn = perf_counter()
        self._bar(0, steps)

    def step(self) -> None:
        """Count one step."""
        self.done += 1
        now = perf_counter()
        self.pace = (now - self._started) / self.done
        if now - self._drawn > _REDRAW or self.done == self._total:
            self._drawn = now
            self._bar(self.done, self._total)
            self.bar.native.setFormat(f"%p %   {clock(self.pace * (self._total - self.done))} left")

    def end(self, text: str) -> None:
        """Show the end of the run; its outcome stays in the status until `clear`."""
        self.running, self._outcome, self._note = False, text, ""
        self._rest()

    def fail(self, error: Exception) -> None:
        """Show the whole error that ended the run."""
        self.end(f"{message_of(error)}\n{self._keeps if self.done else _UNCHANGED}")

    def show_status(self, text: str) -> None:
        """Show a text between two runs; "" shows the outcome of the last run again."""
        self._note = text
        self._rest()

    def clear(self, *_: Any) -> None:
        """Clear the outcome of the last run, because the inputs have changed."""
        self._outcome = self._note = ""
        self._rest()

    def show_missing(self, text: str) -> None:
        """Show what is missing and disable Run; "" if nothing is missing."""
        self._need = text
        self._rest()

    def _rest(self) -> None:
        if not self.running:
            self.run.enabled, self.cancel.enabled = not self._need, False
            self.bar.visible = False
            # the outcome is shown even if its layer was removed
            self.status.value = self._note or self._outcome or self._need

    def _bar(self, done: int, total: int) -> None:
        self.bar.native.setRange(0, total)
        self.bar.native.setValue(done)


def counted(number: int, one: str, several: str = "") -> str:
    """Number of things, such as "1 frame", "2 frames" or "3 nuclei"."""
    return f"{number} {one if number == 1 else several or f'{one}s'}"


def clock(seconds: float) -> str:
    """Format a time as ``"1:05"`` (minutes and seconds), or ``"2:10:00"`` with hours."""
    minutes, left = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{left:02}" if hours else f"{minutes}:{left:02}"
