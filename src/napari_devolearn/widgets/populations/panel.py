"""The plot of populations and the line below it; matplotlib is imported in a thread."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QLabel, QVBoxLayout, QWidget

from napari_devolearn.lineage.palette import Theme
from napari_devolearn.lineage.plot_look import PlotLook
from napari_devolearn.lineage.populations import Populations
from napari_devolearn.widgets.common.loading import garbage_left
from napari_devolearn.widgets.common.worker import Job, show_failure
from napari_devolearn.widgets.populations.readout import readout_html

if TYPE_CHECKING:
    from napari_devolearn.widgets.populations.canvas import PlotCanvas

GESTURES = "Click or drag: go to a frame. Wheel: zoom (Ctrl: cells). Right-drag: pan. Double-click: all."

_CANVAS = "napari_devolearn.widgets.populations.canvas"


class PlotPanel(QWidget):
    """Curves and what they say of the frame in view.

    Parameters
    ----------
    parent : QWidget

    Attributes
    ----------
    frame_chosen : Signal
        The cursor was put on a frame (int).
    canvas : PlotCanvas or None
        None until matplotlib is imported.
    populations : sequence of Populations
    look : PlotLook
    """

    frame_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas: PlotCanvas | None = None
        self.populations: Sequence[Populations] = ()
        self.look = PlotLook()
        self._frame: int | None = None
        self.readout = QLabel(self)
        self.readout.setWordWrap(True)
        self.readout.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._layout = QVBoxLayout(self)
        self._layout.setContentsMargins(0, 0, 0, 0)
        self._layout.addWidget(self.readout)
        hint = QLabel(GESTURES, self)
        hint.setWordWrap(True)
        hint.setEnabled(False)  # grey
        self._layout.addWidget(hint)
        self._loading = Job(_import_canvas, self)
        self._loading.stepped.connect(self._on_loaded)
        self._loading.failed.connect(show_failure)
        self._loading.start()

    def show_populations(self, populations: Sequence[Populations], look: PlotLook) -> None:
        """Draw other curves, or the same in another look; lineages switched off stay so."""
        self.populations = populations
        self.look = replace(look, hidden=self.look.hidden)
        self._draw()

    def show_theme(self, theme: Theme) -> None:
        """Take the colours of another theme."""
        self.look = replace(self.look, theme=theme)
        self._draw()

    def put_cursor(self, frame: int | None) -> None:
        """Put the cursor on a frame, and say what is known of it."""
        self._frame = frame
        if self.canvas is not None:
            self.canvas.put_cursor(frame)
        self._say()

    def toggle(self, series: str) -> None:
        """Switch a lineage on or off."""
        self.look = replace(self.look, hidden=self.look.hidden ^ {series})
        self._draw()

    def stop(self) -> None:
        """Wait for matplotlib no longer."""
        self._loading.stop()

    def _on_loaded(self, module: Any) -> None:
        canvas = self.canvas = module.PlotCanvas(self)
        canvas.frame_chosen.connect(self.frame_chosen)
        canvas.series_toggled.connect(self.toggle)
        self._layout.insertWidget(0, canvas, 1)
        canvas.put_cursor(self._frame)
        self._draw()

    def _draw(self) -> None:
        if self.canvas is not None:
            self.canvas.show_populations(self.populations, self.look)
        self._say()

    def _say(self) -> None:
        known = self._frame is not None and len(self.populations) > 0
        self.readout.setText(readout_html(self.populations, self._frame or 0, self.look) if known else "")


def _import_canvas() -> Iterator[object]:
    """Also draw once out of sight: the first time takes ten times as long, for fonts and the like."""
    with garbage_left():
        module = importlib.import_module(_CANVAS)
        module.draw_once()
    yield module
