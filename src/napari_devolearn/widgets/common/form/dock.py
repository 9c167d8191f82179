"""Base class of the docks: a form that follows a viewer and works in a thread."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import ExitStack
from typing import Any

from napari.components import ViewerModel
from napari.layers import Layer
from napari.utils.events import EventEmitter
from qtpy.QtCore import QObject, QTimer
from qtpy.QtWidgets import QDockWidget

from napari_devolearn.exceptions import DevolearnError, message_of
from napari_devolearn.widgets.common.form.form import Form
from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.form.tabs import join_tabs
from napari_devolearn.widgets.common.worker import Job, Steps, show_failure

_EVENTS = ("inserted", "removed", "reordered", "renamed")


class Dock(Form):
    """A form that follows a viewer until it is closed, and works in a thread.

    A subclass declares its controls, calls `lay_out`, and starts its work with `start`. `on_step` handles
    each step, `finish` shows the result, and `over` follows all work.
    """

    cancelled = "Cancelled."
    """First text of the status after Cancel."""

    def __init__(self, viewer: ViewerModel, run_block: RunBlock) -> None:
        super().__init__(run_block)
        self.job = Job(run_block.native)
        self.inputs: Sequence[Layer] = ()  # layers of the last work
        self.completed: list[Any] = []  # steps of the last work
        self.outcome = ""  # outcome of the work
        self._viewer = viewer
        self.open = True
        self.on_release = ExitStack()  # what to stop or to disconnect when the dock is closed
        self.on_release.callback(self.job.stop)
        self._settling = QTimer(self.native)
        self._settling.setSingleShot(True)
        self._settling.timeout.connect(self._settle)
        for name in _EVENTS:
            self.follow(getattr(viewer.layers.events, name), self.reset_choices)
        self.follow(viewer.layers.events.removed, self._on_removed)
        self.native_parent_changed.connect(self._on_parent)
        run_block.run.changed.connect(lambda _: self.run())
        run_block.cancel.changed.connect(lambda _: self.cancel(self.cancelled))
        self.job.stepped.connect(self.on_step)
        self.job.ended.connect(lambda: self.end(""))
        self.job.failed.connect(self._on_failed)

    @property
    def running(self) -> bool:
        """Whether its work is running."""
        return self.job.running

    def check(self) -> None:
        """Raise DevolearnError if something is missing to run; the text tells how to get it."""

    def missing(self) -> str:
        """What is missing to run, and how to get it; "" if nothing is missing."""
        try:
            self.check()
        except DevolearnError as error:
            return message_of(error)
        return ""

    def run(self) -> None:
        """Start the work, as the button does."""

    def start(
        self, steps: Steps, text: str, expected: int = 0, inputs: Sequence[Layer] | None = None
    ) -> None:
        """Start work on some layers; it stops if one of them is removed.

        `expected` is the number of steps, if known; `inputs` are by default the chosen layers, which stay
        chosen.
        """
        if inputs is None:
            for choice in self.layer_choices:
                choice.settle()
            inputs = [choice.layer for choice in self.layer_choices if choice.layer is not None]
        self.inputs, self.completed, self.outcome = inputs, [], ""
        self.run_block.begin(text)
        if expected:
            self.run_block.expect(expected, text)
        self.job.start(steps)

    def cancel(self, why: str) -> None:
        """Stop the work, if any, and show why and what it has done so far."""
        if self.running:
            self.job.stop()
            self.end(why)

    def on_step(self, step: Any) -> None:
        """Handle a step of the work; by default store it, and count it in the progress bar."""
        self.completed.append(step)
        self.run_block.step()

    def end(self, why: str) -> None:
        """Show the end of the work: `why` it was cancelled, if it was, and the result."""
        self.over()
        self.run_block.end(" ".join(part for part in (why, self.finish()) if part))

    def finish(self) -> str:
        """Show the result, also of cancelled work; returns its part of the status."""
        return self.outcome

    def over(self) -> None:
        """Tidy up after work that ended, was cancelled or failed."""

    def follow(self, event: EventEmitter, slot: Callable[..., object]) -> None:
        """Connect an event of the viewer until the dock is closed."""
        event.connect(slot)
        self.on_release.callback(event.disconnect, slot)

    def release(self) -> None:
        """Stop the work and disconnect from the viewer; called once, when the dock is closed."""
        self.open = False
        self.on_release.close()

    def clear_status_on(self, *widgets: Any) -> None:
        """Clear the outcome of the last run if one of these changes."""
        for widget in widgets:
            widget.changed.connect(self.run_block.clear)
            widget.changed.connect(self.show_missing)

    def show_missing(self) -> None:
        """Show what is missing, and enable Run if nothing is."""
        self.run_block.show_missing(self.missing())

    def reset_choices(self, *_: Any) -> None:
        """Update the layer choices from the viewer."""
        if self.open:
            super().reset_choices()
            if self._sections:
                self.show_missing()

    def _on_parent(self, parent: QObject | None) -> None:
        if parent is None and self.open:
            self.release()
        elif isinstance(parent, QDockWidget):
            self._settling.start(0)  # napari docks the widget after this

    def _settle(self) -> None:
        self.align_labels()  # in the font of the window
        dock_widget = self.native.parent()
        if isinstance(dock_widget, QDockWidget):
            join_tabs(dock_widget)

    def _on_failed(self, error: Exception) -> None:
        show_failure(error)
        self.run_block.fail(error)
        self.over()

    def _on_removed(self, event: Any) -> None:
        if event.value in self.inputs:
            self.cancel(f"Stopped, because {event.value.name} was removed.")
