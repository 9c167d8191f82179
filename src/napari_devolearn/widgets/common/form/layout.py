"""Layout of controls in a dock: rows of several, and labels of equal width."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from magicgui.widgets import Container, Label, Widget
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QSizePolicy


def row_of(*widgets: Widget) -> Container[Widget]:
    """Put controls side by side, without labels."""
    row: Container[Widget] = Container(widgets=list(widgets), layout="horizontal", labels=False)
    row.margins = (0, 0, 0, 0)
    return row


def text_label(text: str = "") -> Label:
    """Text of as many lines as it needs, which can be selected."""
    label = Label(value=text)
    label.native.setWordWrap(True)
    label.native.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    # a long word, such as a path, must not make the dock wider
    label.native.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
    return label


def align_labels(sections: Iterable[Container[Widget]]) -> None:
    """Give the labels of some containers, and of the containers in them, equal widths."""
    rows = [row for section in sections for row in _labelled(section)]
    widest = max((row[0].native.sizeHint().width() for row in rows), default=0)
    for row in rows:
        row[0].native.setFixedWidth(widest)


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
