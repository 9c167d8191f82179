"""The frame of every dock: a magicgui container that scrolls, in tabs, beside a viewer."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import TYPE_CHECKING, Any

from magicgui.widgets import Container, PushButton, Widget
from qtpy.QtCore import QEvent, QObject, QSize, Qt, QTimer
from qtpy.QtGui import QIcon, QResizeEvent
from qtpy.QtWidgets import QDockWidget, QFrame, QScrollArea, QVBoxLayout, QWidget
from superqt import QCollapsible

from napari_devolearn.widgets.common.form.fields import Fields
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.layout import align_labels
from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.form.tabs import RaiseFromMenu, join_tabs
from napari_devolearn.widgets.common.form.task import Task
from napari_devolearn.widgets.common.worker import Steps

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.utils.events import EventEmitter

_EVENTS = ("inserted", "removed", "reordered", "renamed")
_ADVANCED = "Advanced"
_LOWEST = 120
"""Pixels below which a dock cannot be made; what does not fit is scrolled to."""


class Dock(Container[Widget]):
    """A dock with its controls in the one order: what, with what, how, run, result.

    A subclass declares its controls and calls `lay_out`, begins its work by `start`, and says what became of
    it: `take` gets each step, `finish` shows the result.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
        Followed until the dock is closed.
    run_block : RunBlock
        Run, Cancel, progress and status.
    task : Task, optional
        What Run starts and Cancel stops, with the same run block; by default a plain one.
    """

    cancelled = "Cancelled."
    """What the status says first after Cancel."""

    def __init__(self, viewer: ViewerModel, run_block: RunBlock, task: Task | None = None) -> None:
        super().__init__(labels=False)
        self.margins = (0, 0, 0, 0)
        self.run_block, self.task = run_block, task or Task(run_block)
        self.outcome = ""  # what the work came to
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
        self.task.stepped.connect(self.take)
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

        `what` is worked on, `with_what` is the model or its like, and `how` holds the parameters. `advanced`
        ones, which few people change, are in a part that opens, with a button "Restore defaults" for
        `restores`. `result` holds what is done with the result: buttons, a table, a plot.
        """
        parts: list[tuple[QWidget, int]] = [
            (self._section(controls).native, 0) for controls in (what, with_what, how) if controls
        ]
        folded: QWidget | None = None
        if advanced or restores is not None:
            folded = self._advanced(advanced, restores).native
            parts.append((folded, 0))
        parts.append((self._section([self.run_block], labels=False).native, 0))
        parts += [
            (self._section([one], labels=False).native, 0) if isinstance(one, Widget) else (one, 1)
            for one in result
        ]
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(6, 6, 6, 6)
        for native, stretch in parts:  # out of the container's own layout
            column.addWidget(native if native is not folded else _fold(native), stretch)
        if not any(stretch for _, stretch in parts):
            column.addStretch()
        self.native.layout().addWidget(_Scroll(page))
        align_labels(self._sections)
        self.reset_choices()

    @property
    def running(self) -> bool:
        """Whether its work is going on."""
        return self.task.running

    def missing(self) -> str:
        """What there must be before anything can be run, and how to get it; "" if all is there."""
        return ""

    def run(self) -> None:
        """Begin the work; what its button does."""

    def start(self, steps: Steps, text: str, expected: int = 0) -> None:
        """Begin to work on the layers chosen: they stay so, and the work ends if one is removed."""
        choices = [one for section in self._sections for one in section if isinstance(one, LayerChoice)]
        for choice in choices:
            choice.settle()
        inputs = [choice.layer for choice in choices if choice.layer is not None]
        self.outcome = ""
        self.task.start(steps, text, expected, inputs)

    def take(self, step: Any) -> None:  # noqa: ARG002
        """Take a step of the work; by default only the progress bar shows it."""
        self.run_block.step()

    def finish(self) -> str:
        """Show what the work came to, however it ended; gives what the status says of it."""
        return self.outcome

    def follow(self, event: EventEmitter, slot: Callable[..., object]) -> None:
        """Connect an event of the viewer until the dock is closed."""
        event.connect(slot)
        self._links.append((event, slot))

    def let_go(self) -> None:
        """Stop what goes on, and follow the viewer no longer; called once, when the dock is closed."""
        for event, slot in self._links:
            event.disconnect(slot)
        self._links.clear()
        self.task.stop()

    def clear_status_on(self, *widgets: Any) -> None:
        """Clear how the last run ended when one of these is changed, since it no longer applies."""
        for widget in widgets:
            widget.changed.connect(self.run_block.clear)
            widget.changed.connect(self.show_missing)

    def show_missing(self) -> None:
        """Say what is missing, and let Run be pressed where nothing is."""
        self.run_block.need(self.missing())

    def reset_choices(self, *_: Any) -> None:
        """Follow the layers of the viewer."""
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

    def _advanced(self, controls: Sequence[Widget], restores: Fields[Any] | None) -> Container[Widget]:
        section = self._section(controls)
        if restores is not None:
            button = PushButton(text="Restore defaults", tooltip="Set all parameters to their defaults.")
            button.changed.connect(restores.restore)
            section.append(button)
        return section

    def _on_parent(self, parent: QObject | None) -> None:
        if parent is None and self._links:
            self.let_go()
        elif isinstance(parent, QDockWidget):
            self._settling.start(0)  # napari puts the dock into its window after this

    def _settle(self) -> None:
        align_labels(self._sections)  # in the font of the window
        dock_widget = self.native.parent()
        if isinstance(dock_widget, QDockWidget):
            join_tabs(dock_widget, self._is_ours)
            if dock_widget.findChild(RaiseFromMenu) is None:
                RaiseFromMenu(dock_widget)

    @staticmethod
    def _is_ours(widget: QWidget) -> bool:
        return isinstance(getattr(widget, "_magic_widget", None), Dock)

    def _on_ended(self, why: str) -> None:
        self.run_block.end(" ".join(part for part in (why, self.finish()) if part))

    def _on_removed(self, event: Any) -> None:
        if self.running and event.value in self.task.inputs:
            self.task.cancel(f"Stopped, since {event.value.name} was removed.")


class _Scroll(QScrollArea):
    """As wide as its page needs, and as low as one likes, so that no window grows with it."""

    def __init__(self, page: QWidget) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setWidget(page)

    def minimumSizeHint(self) -> QSize:  # noqa: N802
        """Room for the page's width and a scroll bar."""
        page, bar = self.widget(), self.verticalScrollBar()
        width = page.minimumSizeHint().width() if page is not None else 0
        extent = max(bar.sizeHint().width(), bar.width()) if bar is not None else 0
        return QSize(width + extent, _LOWEST)

    def sizeHint(self) -> QSize:  # noqa: N802
        """The page's own."""
        page = self.widget()
        return page.sizeHint() if page is not None else super().sizeHint()

    def eventFilter(self, watched: QObject | None, event: QEvent | None) -> bool:  # noqa: N802
        """Ask for another size when the page does."""
        if event is not None and event.type() == QEvent.Type.LayoutRequest:
            self._fit_height()
            self.updateGeometry()
        return super().eventFilter(watched, event)

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Give the page the height that its text needs at this width."""
        super().resizeEvent(event)
        self._fit_height()

    def _fit_height(self) -> None:
        # Qt itself takes each wrapped text for one line, and would squeeze the rows to fit
        page, viewport = self.widget(), self.viewport()
        layout = page.layout() if page is not None else None
        if page is not None and layout is not None and viewport is not None and layout.hasHeightForWidth():
            page.setMinimumHeight(layout.minimumHeightForWidth(viewport.width()))


def _fold(content: QWidget) -> QCollapsible:
    part = QCollapsible(f"▸ {_ADVANCED}", expandedIcon=QIcon(), collapsedIcon=QIcon())
    # arrows as text, since superqt's icons stay black in a dark theme
    part.toggled.connect(lambda wide: part.setText(f"{'▾' if wide else '▸'} {_ADVANCED}"))
    part.toggleButton().setToolTip("Show or hide the parameters that few people change.")
    part.toggleButton().setStyleSheet("text-align: left; border: none; background: transparent")
    for layout in (part.layout(), part.content().layout()):
        if layout is not None:
            layout.setContentsMargins(0, 0, 0, 0)
    part.addWidget(content)
    return part
