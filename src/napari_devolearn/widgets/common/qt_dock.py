"""What every dock does when napari takes it out of the window."""

from __future__ import annotations

from qtpy.QtCore import QEvent
from qtpy.QtGui import QCloseEvent
from qtpy.QtWidgets import QWidget


class QtDock(QWidget):
    """A widget that follows a viewer until it is closed."""

    _attached = True

    def let_go(self) -> None:
        """Follow the viewer no longer; called once."""
        raise NotImplementedError

    def event(self, event: QEvent | None) -> bool:
        """Let go of the viewer when the dock is taken out of the window."""
        if event is not None and event.type() == QEvent.Type.ParentChange and self.parent() is None:
            self._detach()
        return bool(super().event(event))

    def closeEvent(self, event: QCloseEvent | None) -> None:  # noqa: N802
        """Let go of the viewer."""
        self._detach()
        super().closeEvent(event)

    def _detach(self) -> None:
        if self._attached:
            self._attached = False
            self.let_go()
