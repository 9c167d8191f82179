"""Parts of a dock: rows of several controls, and texts of several lines."""

from __future__ import annotations

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
