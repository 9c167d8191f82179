"""Base class of the docks: a magicgui container that scrolls and follows a viewer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from magicgui.widgets import Container, PushButton, Widget
from napari.components import ViewerModel
from napari.utils.events import EventEmitter
from qtpy.QtCore import QEvent, QObject, QSize, Qt, QTimer
from qtpy.QtGui import QIcon, QResizeEvent
from qtpy.QtWidgets import QDockWidget, QFrame, QScrollArea, QVBoxLayout, QWidget
from superqt import QCollapsible

from napari_devolearn.widgets.common.form.fields import Fields
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.layout import align_labels
from napari_devolearn.widgets.common.form.run_block import RunBlock, Task
from napari_devolearn.widgets.common.form.tabs import join_tabs
from napari_devolearn.widgets.common.worker import Steps

_EVENTS = ("inserted", "removed", "reordered", "renamed")
_LOWEST = 120
"""Minimum height of a dock in pixels; its content scrolls."""


class Dock(Container[Widget]):
    """A dock with its controls in a fixed order: what, with what, how, run, result.

    A subclass declares its controls, calls `lay_out`, and starts its work with `start`. `on_step` handles
    each step, and `finish` shows the result.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
        Followed until the dock is closed.
    run_block : RunBlock
        Run, Cancel, progress and status.
    task : Task, optional
        The work that Run starts and Cancel stops, with the same run block; by default a plain `Task`.
    """

    cancelled = "Cancelled."
    """First text of the status after Cancel."""

    def __init__(self, viewer: ViewerModel, run_block: RunBlock, task: Task | None = None) -> None:
        super().__init__(labels=False)
        self.margins = (0, 0, 0, 0)
        self.run_block, self.task = run_block, task or Task(run_block)
        self.outcome = ""  # outcome of the work
        self._viewer = viewer
        self._links: list[tuple[EventEmitter, Callable[..., object]]] = []
        self._sections: list[Container[Widget]] = []
        self._settling = QTimer(self.native)
        self._settling.setSingleShot(True)
        self._settling.timeout.connect(self._settle)
        for name in _EVENTS:
            self.follow(getattr(viewer.layers.events, name), self.reset_choices)
        self.follow(viewer.layers.events.removed, self._on_removed)
        self.native_parent_changed.connect(self._on_parent)
        run_block.run.changed.connect(lambda _: self.run())
        run_block.cancel.changed.connect(lambda _: self.task.cancel(self.cancelled))
        self.task.stepped.connect(self.on_step)
        self.task.ended.connect(self._on_ended)

    def lay_out(
        self,
        *,
        what: Sequence[Widget] = (),
        with_what: Sequence[Widget] = (),
        how: Sequence[Widget] = (),
        advanced: Sequence[Widget] = (),
        restores: Fields[Any] | None = None,
        result: Sequence[Widget | QWidget] = (),
    ) -> None:
        """Put the controls into the dock; called once, after they are made.

        `what` are the inputs, `with_what` is the model, and `how` are the parameters. `advanced` parameters,
        which are rarely changed, are in a section that opens, with a button "Restore defaults" for
        `restores`. `result` are buttons, a table or a plot for the result.
        """
        parts: list[tuple[QWidget, int]] = [
            (self._section(controls).native, 0) for controls in (what, with_what, how) if controls
        ]
        if restores is not None:
            button = PushButton(text="Restore defaults", tooltip="Set all parameters to their defaults.")
            button.changed.connect(restores.restore)
            advanced = [*advanced, button]
        folded = self._section(advanced).native if advanced else None
        if folded is not None:
            parts.append((folded, 0))
        parts.append((self._section([self.run_block], labels=False).native, 0))
        parts += [
            (self._section([one], labels=False).native, 0) if isinstance(one, Widget) else (one, 1)
            for one in result
        ]
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(6, 6, 6, 6)
        for native, stretch in parts:  # not part of the container's layout
            column.addWidget(_fold(native) if native is folded else native, stretch)
        if not any(stretch for _, stretch in parts):
            column.addStretch()
        self.native.layout().addWidget(_Scroll(page))
        align_labels(self._sections)
        self.reset_choices()

    @property
    def running(self) -> bool:
        """Whether its work is running."""
        return self.task.running

    def missing(self) -> str:
        """What is missing to run, and how to get it; "" if nothing is missing."""
        return ""

    def run(self) -> None:
        """Start the work, as the button does."""

    def start(self, steps: Steps, text: str, expected: int = 0) -> None:
        """Start work on the chosen layers: they stay chosen, and the work stops if one is removed."""
        choices = [one for section in self._sections for one in section if isinstance(one, LayerChoice)]
        for choice in choices:
            choice.settle()
        inputs = [choice.layer for choice in choices if choice.layer is not None]
        self.outcome = ""
        self.task.start(steps, text, expected, inputs)

    def on_step(self, step: Any) -> None:  # noqa: ARG002
        """Handle a step of the work; by default only the progress bar shows it."""
        self.run_block.step()

    def finish(self) -> str:
        """Show the result, however the work ended; returns its part of the status."""
        return self.outcome

    def follow(self, event: EventEmitter, slot: Callable[..., object]) -> None:
        """Connect an event of the viewer until the dock is closed."""
        event.connect(slot)
        self._links.append((event, slot))

    def release(self) -> None:
        """Stop the work and disconnect from the viewer; called once, when the dock is closed."""
        for event, slot in self._links:
            event.disconnect(slot)
        self._links.clear()
        self.task.stop()

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
        if self._links:
            super().reset_choices()
            if self._sections:
                self.show_missing()

    def _section(self, controls: Iterable[Widget], *, labels: bool = True) -> Container[Widget]:
        section: Container[Widget] = Container(widgets=list(controls), labels=labels)
        section.margins = (0, 0, 0, 0)
        section.native.layout().setSpacing(4)
        self._sections.append(section)
        self.append(section)
        return section

    def _on_parent(self, parent: QObject | None) -> None:
        if parent is None and self._links:
            self.release()
        elif isinstance(parent, QDockWidget):
            self._settling.start(0)  # napari docks the widget after this

    def _settle(self) -> None:
        align_labels(self._sections)  # in the font of the window
        dock_widget = self.native.parent()
        if isinstance(dock_widget, QDockWidget):
            join_tabs(dock_widget)

    def _on_ended(self, why: str) -> None:
        self.run_block.end(" ".join(part for part in (why, self.finish()) if part))

    def _on_removed(self, event: Any) -> None:
        if self.running and event.value in self.task.inputs:
            self.task.cancel(f"Stopped, because {event.value.name} was removed.")


class _Scroll(QScrollArea):
    """A scroll area as wide as its page, and of any height, so that the window does not grow."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self.page = page
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(page)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Width of the page and the scroll bar."""
        bar: Any = self.verticalScrollBar()
        extent = max(bar.sizeHint().width(), bar.width())
        return QSize(self.page.minimumSizeHint().width() + extent, _LOWEST)

    def sizeHint(self) -> QSize:  # noqa: N802
        """Size of the page."""
        return self.page.sizeHint()

    def eventFilter(self, watched: QObject | None, event: Any) -> bool:  # noqa: N802
        """Update the size when the page requests it."""
        if event.type() == QEvent.Type.LayoutRequest:
            self._fit_height()
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Give the page the height that its text needs at this width."""
        super().resizeEvent(event)
        self._fit_height()

    def _fit_height(self) -> None:
        # Qt assumes one line for wrapped text, and would squeeze the rows
        layout: Any = self.page.layout()
        viewport: Any = self.viewport()
        if layout.hasHeightForWidth():
            self.page.setMinimumHeight(layout.minimumHeightForWidth(viewport.width()))


def _fold(content: QWidget) -> QCollapsible:
    # arrows as text, because superqt's icons stay black in a dark theme
    part = QCollapsible("▸ Advanced", expandedIcon=QIcon(), collapsedIcon=QIcon())
    part.toggled.connect(lambda wide: part.setText(f"{'▾' if wide else '▸'} Advanced"))
    part.toggleButton().setToolTip("Show or hide parameters that are rarely changed.")
    part.toggleButton().setStyleSheet("text-align: left; border: none; background: transparent")
    part.addWidget(content)
    layouts: tuple[Any, Any] = (part.layout(), part.content().layout())
    for layout in layouts:
        layout.setContentsMargins(0, 0, 0, 0)
    return part
