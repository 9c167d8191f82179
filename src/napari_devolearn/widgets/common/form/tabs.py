"""Show docks as tabs."""

from __future__ import annotations

from typing import Any

from napari.viewer import Viewer
from qtpy.QtCore import QEvent, QObject, QTimer
from qtpy.QtWidgets import QDockWidget, QMainWindow

_PLUGIN, _TITLE = "napari-devolearn", "DevoLearn"
"""Name and display name, as in napari.yaml."""


def open_dock(viewer: Viewer, name: str) -> Any:
    """Open one of this plugin's docks by its name in the menu, or bring it to the front."""
    # napari's menu stores a dock under the plugin's title, add_plugin_dock_widget under its name
    dock: Any = viewer.window.dock_widgets.get(f"{name} ({_TITLE})")
    if dock is None:
        _, dock = viewer.window.add_plugin_dock_widget(_PLUGIN, name)
    dock_widget = dock.native.parent()
    dock_widget.show()
    dock_widget.raise_()
    return dock


def join_tabs(dock_widget: QDockWidget) -> None:
    """Make a dock a tab with this plugin's others on its side of the window, and bring it to the front.

    napari's menus put each dock below the others; its own tabs are only available in Python.
    """
    if dock_widget.findChild(RaiseFromMenu) is None:
        RaiseFromMenu(dock_widget)
    window = dock_widget.parent()
    if not isinstance(window, QMainWindow) or dock_widget.isFloating():
        return
    side = window.dockWidgetArea(dock_widget)
    for other in window.findChildren(QDockWidget):
        ours = other is not dock_widget and other.findChild(RaiseFromMenu) is not None
        if ours and window.dockWidgetArea(other) == side and not (other.isFloating() or other.isHidden()):
            window.tabifyDockWidget(other, dock_widget)
            dock_widget.raise_()
            return


class RaiseFromMenu(QObject):
    """Bring a dock to the front when its menu entry is chosen while another tab covers it.

    napari's menu hides an open dock, and treats one behind another tab as open. It also marks our docks.
    """

    def __init__(self, dock_widget: QDockWidget) -> None:
        super().__init__(dock_widget)
        self._dock_widget = dock_widget
        self._in_front = True
        self._again = QTimer(self)
        self._again.setSingleShot(True)
        self._again.timeout.connect(self._show)
        dock_widget.visibilityChanged.connect(self._on_visibility)
        dock_widget.installEventFilter(self)

    def eventFilter(self, watched: QObject | None, event: Any) -> bool:  # noqa: N802
        """Show the dock again if it was hidden while another tab covered it."""
        if event.type() == QEvent.Type.Hide and not self._in_front:
            self._again.start(0)
        return super().eventFilter(watched, event)

    def _on_visibility(self, visible: bool) -> None:
        self._in_front = visible

    def _show(self) -> None:
        window = self._dock_widget.parent()
        if isinstance(window, QMainWindow) and window.isVisible():
            self._dock_widget.show()
            self._dock_widget.raise_()
