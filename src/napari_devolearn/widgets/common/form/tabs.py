"""Docks as tabs of each other, not in a pile."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from qtpy.QtWidgets import QDockWidget, QMainWindow, QWidget

if TYPE_CHECKING:
    from napari.viewer import Viewer

_PLUGIN = "napari-devolearn"


def open_dock(viewer: Viewer, name: str) -> Any:
    """Open one of this plugin's docks, or bring it to the front.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
    name : str
        As in the menu, such as ``"Centroids"``.

    Returns
    -------
    Dock
    """
    dock_widget, dock = viewer.window.add_plugin_dock_widget(_PLUGIN, name)
    dock_widget.show()
    dock_widget.raise_()
    return dock


def join_tabs(dock_widget: QDockWidget, is_ours: Callable[[QWidget], bool]) -> None:
    """Make a dock a tab beside those of its kind on the same side of the window, and bring it to the front.

    napari's menus put each dock below the others, and its own tabs are for callers in Python only.

    Parameters
    ----------
    dock_widget : QDockWidget
    is_ours : callable
        Whether the widget in a dock is of this kind.
    """
    window = dock_widget.parent()
    if not isinstance(window, QMainWindow) or dock_widget.isFloating():
        return
    side = window.dockWidgetArea(dock_widget)
    for other in window.findChildren(QDockWidget):
        inside = other.widget()
        if other is dock_widget or inside is None or not is_ours(inside):
            continue
        if window.dockWidgetArea(other) == side and not other.isFloating() and not other.isHidden():
            window.tabifyDockWidget(other, dock_widget)
            dock_widget.raise_()
            return
