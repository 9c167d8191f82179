"""The controls of a dock, in sections of a page that scrolls."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from magicgui.widgets import Container, PushButton, Widget
from qtpy.QtCore import QEvent, QObject, QSize, Qt
from qtpy.QtGui import QIcon, QResizeEvent
from qtpy.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget
from superqt import QCollapsible

from napari_devolearn.widgets.common.form.fields import Fields
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.run_block import RunBlock

_LOWEST = 120
"""Minimum height of a dock in pixels; its content scrolls."""


class Form(Container[Widget]):
    """Controls in a fixed order: what, with what, how, run, result; their labels are aligned."""

    def __init__(self, run_block: RunBlock) -> None:
        super().__init__(labels=False)
        self.margins = (0, 0, 0, 0)
        self.run_block = run_block
        self._sections: list[Container[Widget]] = []

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
        if restores is not None:
            button = PushButton(text="Restore defaults", tooltip="Set all parameters to their defaults.")
            button.changed.connect(restores.restore)
            advanced = [*advanced, button]
        shown = [self._section(controls) for controls in (what, with_what, how) if controls]
        rare = self._section(advanced) if advanced else None
        below = [
            (self._section([one], labels=False), 0) if isinstance(one, Widget) else (one, 1)
            for one in (self.run_block, *result)
        ]
        page = QWidget()
        column = QVBoxLayout(page)  # takes the sections out of the container's own layout
        column.setContentsMargins(6, 6, 6, 6)
        for native in shown:
            column.addWidget(native)
        if rare is not None:
            column.addWidget(_fold(rare))
        for native, stretch in below:
            column.addWidget(native, stretch)
        if not any(stretch for _, stretch in below):
            column.addStretch()
        self.native.layout().addWidget(_Scroll(page))
        self.align_labels()
        self.reset_choices()

    @property
    def layer_choices(self) -> list[LayerChoice]:
        """The choices among the layers of the viewer."""
        return [one for section in self._sections for one in section if isinstance(one, LayerChoice)]

    def align_labels(self) -> None:
        """Give all labels the same width, in the current font."""
        labels = [row[0].native for section in self._sections for row in _labelled(section)]
        widest = max((label.sizeHint().width() for label in labels), default=0)
        for label in labels:
            label.setFixedWidth(widest)

    def _section(self, controls: Iterable[Widget], *, labels: bool = True) -> QWidget:
        section: Container[Widget] = Container(widgets=list(controls), labels=labels)
        section.margins = (0, 0, 0, 0)
        native: QWidget = section.native
        section.native.layout().setSpacing(4)
        self._sections.append(section)
        self.append(section)
        return native


def _labelled(container: Container[Widget]) -> list[Any]:
    """Rows of a container that have a label: magicgui wraps the control together with it."""
    rows = []
    for widget in container:
        row = widget._labeled_widget() if container.labels else None
        if row is not None:
            rows.append(row)
        if isinstance(widget, Container) and row is None:
            rows += _labelled(widget)
    return rows


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
