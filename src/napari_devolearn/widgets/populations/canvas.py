"""The plot of populations in a window: cursor, values under the mouse, zoom, pan and legend.

Importing this imports matplotlib; `populations_panel` does so in a thread.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from matplotlib.backend_bases import Event, MouseEvent
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
from matplotlib.figure import Figure
from qtpy.QtCore import QPointF, Qt, Signal
from qtpy.QtGui import QColor, QPainter, QPaintEvent, QPen
from qtpy.QtWidgets import QToolTip, QWidget

from napari_devolearn.lineage.clock import Clock
from napari_devolearn.lineage.palette import PALETTES
from napari_devolearn.lineage.plot import PopulationPlot
from napari_devolearn.lineage.plot_look import PlotLook
from napari_devolearn.lineage.populations import SERIES, Populations
from napari_devolearn.widgets.populations.mouse import PlotMouse
from napari_devolearn.widgets.populations.readout import readout_html

_SMALLEST = (300, 240)
_DOT = 3.5


def draw_once() -> None:
    """Draw out of sight, so that fonts and tables are loaded; may run in a thread."""
    figure = Figure()
    PopulationPlot(figure).draw([], PlotLook(clock=Clock(), frames=2))
    FigureCanvasAgg(figure).draw()


class PlotCanvas(FigureCanvasQTAgg):
    """Curves with a cursor.

    Parameters
    ----------
    parent : QWidget

    Attributes
    ----------
    frame_chosen : Signal
        The cursor was put on a frame (int).
    series_toggled : Signal
        A lineage was clicked in the legend (str).
    plot : PopulationPlot
    cursor_frame : int or None
        Where the cursor stands.
    """

    frame_chosen = Signal(int)
    series_toggled = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Figure())  # type: ignore[no-untyped-call]
        if parent is not None:
            self.setParent(parent)
        self.setMinimumSize(*_SMALLEST)
        self.plot = PopulationPlot(self.figure)
        self.cursor_frame: int | None = None
        self._populations: Sequence[Populations] = ()
        self._look = PlotLook()
        self._mouse = PlotMouse(self, lambda: self.plot.axes, self.redraw, self)
        self._mouse.pointed.connect(self._on_pointed)
        self._mouse.clicked.connect(self._on_clicked)
        self._mouse.all_wanted.connect(self.show_all)
        self._mouse.hovered.connect(self._on_hovered)

    def show_populations(self, populations: Sequence[Populations], look: PlotLook) -> None:
        """Draw other curves, or the same in another look; the zoom stays."""
        self._populations, self._look = populations, look
        self.plot.draw(populations, look)
        self.redraw()

    def put_cursor(self, frame: int | None) -> None:
        """Move the cursor; nothing is drawn anew for it."""
        if frame != self.cursor_frame:
            self.cursor_frame = frame
            self.update()

    def show_all(self) -> None:
        """Leave the zoom."""
        self.plot.show_all()
        self.redraw()

    def redraw(self) -> None:
        """Draw once the event loop is free."""
        self.draw_idle()  # type: ignore[no-untyped-call]

    def position_of(self, frame: float, cells: float) -> QPointF:
        """Where a point of the curves lies in the widget, in its pixels."""
        x, y = self.plot.axes.transData.transform((frame, cells))
        ratio = self.device_pixel_ratio
        return QPointF(x / ratio, self.height() - y / ratio)

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the plot, and the cursor over it."""
        super().paintEvent(event)  # type: ignore[no-untyped-call]
        low, high = self.plot.axes.get_xlim()
        frame = self.cursor_frame
        if frame is None or not low <= frame <= high:
            return
        palette = PALETTES[self._look.theme]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(palette.text), 1.2, Qt.PenStyle.SolidLine))
        bottom, top = self.plot.axes.get_ylim()
        painter.drawLine(self.position_of(frame, bottom), self.position_of(frame, top))
        for name, cells in self._counts_at(frame):
            painter.setPen(QPen(QColor(palette.ground), 1))
            painter.setBrush(QColor(palette.series[name]))
            if bottom <= cells <= top:
                painter.drawEllipse(self.position_of(frame, cells), _DOT, _DOT)
        painter.end()

    def resizeEvent(self, event: object) -> None:  # noqa: N802
        """Keep the room for the lettering."""
        super().resizeEvent(event)  # type: ignore[no-untyped-call]
        self.plot.fit_margins()

    def _counts_at(self, frame: int) -> list[tuple[str, float]]:
        """Count of each lineage that is shown, of every curve."""
        found = []
        for one in self._populations:
            row = one.row_of(frame)
            if row is not None:
                found += [(name, float(one.counts[row, i])) for i, name in enumerate(SERIES)]
        return [(name, cells) for name, cells in found if name not in self._look.hidden]

    def _on_pointed(self, x: float) -> None:
        frames = [int(f) for one in self._populations for f in (one.frame[0], one.frame[-1]) if len(one)]
        last = max([self._look.frames - 1, *frames])
        self.frame_chosen.emit(int(np.clip(np.rint(x), 0, max(last, 0))))

    def _on_clicked(self, event: MouseEvent) -> None:
        series = self.series_under(event)
        if series is not None:
            self.series_toggled.emit(series)

    def series_under(self, event: MouseEvent) -> str | None:
        """The lineage whose entry of the legend is under the mouse."""
        for artist, name in self.plot.legend.items():
            box = artist.get_window_extent().padded(4)
            if box.contains(event.x, event.y):
                return name
        return None

    def _on_hovered(self, event: Event) -> None:
        on_legend = isinstance(event, MouseEvent) and self.series_under(event) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if on_legend else Qt.CursorShape.ArrowCursor)
        if not isinstance(event, MouseEvent) or event.inaxes is None or event.xdata is None:
            QToolTip.hideText()
            return
        text = readout_html(self._populations, round(event.xdata), self._look)
        place = QPointF(event.x / self.device_pixel_ratio, self.height() - event.y / self.device_pixel_ratio)
        QToolTip.showText(self.mapToGlobal(place.toPoint()), text, self)
