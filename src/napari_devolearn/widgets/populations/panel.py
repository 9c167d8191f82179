"""The plot of populations and the line below it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from qtpy.QtCore import Qt, Signal
from qtpy.QtWidgets import QLabel, QVBoxLayout, QWidget

from napari_devolearn.lineage.plot.palette import Theme
from napari_devolearn.lineage.plot.style import PlotStyle
from napari_devolearn.lineage.populations import Populations
from napari_devolearn.widgets.populations.canvas import PlotCanvas
from napari_devolearn.widgets.populations.readout import readout_html

GESTURES = "Click or drag: go to a frame. Wheel: zoom (Ctrl: cells). Right-drag: pan. Double-click: all."


class PlotPanel(QWidget):
    """Curves and their values in the current frame."""

    frame_chosen = Signal(int)  # the cursor was moved to a frame

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.canvas = PlotCanvas()
        self.canvas.frame_chosen.connect(self.frame_chosen)
        self.canvas.series_toggled.connect(self.toggle)
        self.populations: Sequence[Populations] = ()
        self.plot_style = PlotStyle()
        self._frame: int | None = None
        self.readout = QLabel(self)
        self.readout.setWordWrap(True)
        self.readout.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.canvas, 1)
        layout.addWidget(self.readout)
        hint = QLabel(GESTURES, self)
        hint.setWordWrap(True)
        hint.setEnabled(False)  # grey
        layout.addWidget(hint)
        self._draw()

    def show_populations(self, populations: Sequence[Populations], style: PlotStyle) -> None:
        """Draw other curves, or the same in another style; hidden lineages stay hidden."""
        self.populations = populations
        self.plot_style = replace(style, hidden=self.plot_style.hidden)
        self._draw()

    def show_theme(self, theme: Theme) -> None:
        """Use the colours of another theme."""
        self.plot_style = replace(self.plot_style, theme=theme)
        self._draw()

    def put_cursor(self, frame: int | None) -> None:
        """Move the cursor to a frame, and show its values."""
        self._frame = frame
        self.canvas.put_cursor(frame)
        self._say()

    def toggle(self, series: str) -> None:
        """Hide or show a lineage."""
        self.plot_style = replace(self.plot_style, hidden=self.plot_style.hidden ^ {series})
        self._draw()

    def _draw(self) -> None:
        self.canvas.show_populations(self.populations, self.plot_style)
        self._say()

    def _say(self) -> None:
        known = self._frame is not None and len(self.populations) > 0
        self.readout.setText(
            readout_html(self.populations, self._frame or 0, self.plot_style) if known else ""
        )
