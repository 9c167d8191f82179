from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

import pytest
from napari.viewer import Viewer
from npe2 import PluginManager
from pytestqt.qtbot import QtBot
from qtpy.QtCore import QPoint, Qt
from qtpy.QtWidgets import (
    QAbstractButton,
    QAbstractItemView,
    QAbstractSlider,
    QAbstractSpinBox,
    QComboBox,
    QLineEdit,
    QScrollBar,
    QWidget,
)
from superqt import QCollapsible

DOCKS = [
    "Segment",
    "Centroids",
    "Embryo outline",
    "Lineage populations",
    "Track",
    "Correct tracks",
    "Lineage tree",
    "Evaluate",
    "Train",
]
CONTROLS = (QAbstractButton, QAbstractItemView, QAbstractSlider, QAbstractSpinBox, QComboBox, QLineEdit)
WHOLE = (QAbstractItemView, QAbstractSpinBox, QComboBox)


def test_all_docks_are_tested(viewer: Viewer) -> None:
    manifest = PluginManager.instance().get_manifest("napari-devolearn")
    assert {widget.display_name for widget in manifest.contributions.widgets} == set(DOCKS)


def above(widget: QWidget, dock: QWidget) -> Iterator[QWidget]:
    """Ancestors of a widget, the innermost first."""
    while (widget := widget.parentWidget()) is not dock:
        yield widget


def controls_of(dock: QWidget) -> list[QWidget]:
    """Controls that a user can reach, without parts of other controls and scroll bars."""
    found = [one for one in dock.findChildren(CONTROLS) if one.isVisibleTo(dock)]
    parts = [one for one in found if any(isinstance(outer, WHOLE) for outer in above(one, dock))]
    return [one for one in found if one not in parts and not isinstance(one, QScrollBar)]


@pytest.mark.parametrize("name", DOCKS)
def test_tab_order_follows_the_form_and_each_control_has_a_tooltip(
    viewer: Viewer, qtbot: QtBot, name: str
) -> None:
    window = viewer.window._qt_window
    viewer.show()
    window.resize(1366, 1000)
    _, made = viewer.window.add_plugin_dock_widget("napari-devolearn", name)
    dock: QWidget = made.native
    for part in dock.findChildren(QCollapsible):
        part.expand(animate=False)
    qtbot.waitUntil(lambda: not made._settling.isActive())
    controls = controls_of(dock)
    untold = [one for one in controls if not any(w.toolTip() for w in (one, *above(one, dock)))]
    assert [(type(one).__name__, getattr(one, "text", str)()) for one in untold] == []

    reached, one = [], dock
    while (one := one.nextInFocusChain()) is not dock:
        if one in controls and one.focusPolicy() & Qt.FocusPolicy.TabFocus:
            reached.append(one)

    def backwards() -> list[tuple[str, str]]:
        """Tooltips of consecutive controls of which the second is above or left of the first."""
        at = [one.mapTo(dock, QPoint(0, one.height() // 2)) for one in reached]
        same = [abs(b.y() - a.y()) <= 8 for a, b in pairwise(at)]
        down = [
            b.x() > a.x() if row else b.y() > a.y() for row, (a, b) in zip(same, pairwise(at), strict=True)
        ]
        pairs = zip(pairwise(reached), down, strict=True)
        return [(a.toolTip(), b.toolTip()) for (a, b), ok in pairs if not ok]

    qtbot.waitUntil(lambda: not backwards())  # once the part that opens is laid out
