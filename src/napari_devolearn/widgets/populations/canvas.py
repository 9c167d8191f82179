"""The plot of populations in a window: cursor, values under the mouse, zoom, pan and legend."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtCore import QEvent, QPointF, Qt, Signal
from qtpy.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from qtpy.QtWidgets import QToolTip, QWidget

from napari_devolearn.lineage.plot.look import PlotLook
from napari_devolearn.lineage.plot.palette import PALETTES
from napari_devolearn.lineage.populations import SERIES, Populations
from napari_devolearn.widgets.common.figure_view import FigureView
from napari_devolearn.widgets.populations.readout import readout_html
from napari_devolearn.widgets.populations.zoom import panned, zoomed

if TYPE_CHECKING:
    from napari_devolearn.lineage.plot.figure import DrawnPlot, Limits

_SMALLEST = (300, 240)
_DOT = 3.5
_NOTCH = 120  # of a wheel, in Qt's eighths of a degree


class PlotCanvas(FigureView):
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
    result : DrawnPlot or None
        What is in view.
    limits : Limits or None
        That were zoomed or panned to; None shows all.
    cursor_frame : int or None
        Where the cursor stands.
    """

    frame_chosen = Signal(int)
    series_toggled = Signal(str)

    result: DrawnPlot | None

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(*_SMALLEST, parent)
        self.setMouseTracking(True)
        self.setAccessibleName("Cells of each lineage over the frames")
        self.limits: Limits | None = None
        self.cursor_frame: int | None = None
        self._populations: Sequence[Populations] = ()
        self._look = PlotLook()
        self._pointing = False
        self._pan_from: tuple[QPointF, Limits] | None = None

    def show_populations(self, populations: Sequence[Populations], look: PlotLook) -> None:
        """Draw other curves, or the same in another look; the zoom stays until the scale changes."""
        if look.scale != self._look.scale:
            self.limits = None
        self._populations, self._look = populations, look
        self._draw()

    def put_cursor(self, frame: int | None) -> None:
        """Move the cursor; nothing is drawn anew for it."""
        if frame != self.cursor_frame:
            self.cursor_frame = frame
            self.update()

    def show_all(self) -> None:
        """Leave the zoom."""
        self.limits = None
        self._draw()

    def position_of(self, frame: float, cells: float) -> QPointF:
        """Where a point of the curves lies in the widget, in its pixels; at the origin before it is drawn."""
        if self.result is None:
            return QPointF()
        x, y = self.result.axes.transData.transform((frame, cells))
        ratio = self.devicePixelRatioF()
        return QPointF(x / ratio, self.height() - y / ratio)

    def series_under(self, place: QPointF) -> str | None:
        """The lineage whose entry of the legend is at a place of the widget."""
        x, y = self._pixels(place)
        for artist, name in self.result.legend.items() if self.result is not None else ():
            if artist.get_window_extent().padded(4).contains(x, y):
                return name
        return None

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802
        """Paint the plot, and the cursor over it."""
        super().paintEvent(event)
        frame = self.cursor_frame
        if self.result is None or frame is None:
            return
        (low, high), (bottom, top) = self._shown()
        if not low <= frame <= high:
            return
        palette = PALETTES[self._look.theme]
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(palette.text), 1.2, Qt.PenStyle.SolidLine))
        painter.drawLine(self.position_of(frame, bottom), self.position_of(frame, top))
        for name, cells in self._counts_at(frame):
            painter.setPen(QPen(QColor(palette.ground), 1))
            painter.setBrush(QColor(palette.series[name]))
            if bottom <= cells <= top:
                painter.drawEllipse(self.position_of(frame, cells), _DOT, _DOT)
        painter.end()

    def mousePressEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Go to a frame, toggle a lineage in the legend, or begin to pan."""
        if event is None or self.result is None:
            return
        place = event.position()
        if event.button() == Qt.MouseButton.LeftButton and self._in_axes(place):
            self._pointing = True
            self._point(place)
        elif event.button() == Qt.MouseButton.LeftButton:
            series = self.series_under(place)
            if series is not None:
                self.series_toggled.emit(series)
        elif self._in_axes(place):
            self._pan_from = place, self._shown()

    def mouseMoveEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802
        """Go on with what the button began, or show what is under the mouse."""
        if event is None or self.result is None:
            return
        place = event.position()
        if self._pointing:
            self._point(place)
        elif self._pan_from is not None:
            start, limits = self._pan_from
            moved = self._fraction(place) - self._fraction(start)
            self.limits = panned(limits, moved, self.result.axes.yaxis.get_transform())
            self._draw()
        else:
            self._hover(place)

    def mouseReleaseEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802, ARG002
        """Leave the frame or the view where it is."""
        self._pointing, self._pan_from = False, None

    def mouseDoubleClickEvent(self, event: QMouseEvent | None) -> None:  # noqa: N802, ARG002
        """Show all."""
        self.show_all()

    def wheelEvent(self, event: QWheelEvent | None) -> None:  # noqa: N802
        """Zoom in time; with Ctrl in cells."""
        if event is None or self.result is None or not self._in_axes(event.position()):
            return
        notches = event.angleDelta().y() / _NOTCH
        cells = bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
        place, scale = self._fraction(event.position()), self.result.axes.yaxis.get_transform()
        self.limits = zoomed(self.limits or self._shown(), place, notches, scale, cells=cells)
        self._draw()
        event.accept()

    def leaveEvent(self, event: QEvent | None) -> None:  # noqa: N802, ARG002
        """Show nothing more of what is under the mouse."""
        QToolTip.hideText()

    def _draw(self) -> None:
        self.draw(partial(_draw, populations=self._populations, look=self._look, limits=self.limits))

    def _shown(self) -> Limits:
        """Limits of what is in view."""
        axes = self.result.axes if self.result is not None else None
        return (axes.get_xlim(), axes.get_ylim()) if axes is not None else ((0.0, 1.0), (0.0, 1.0))

    def _pixels(self, place: QPointF) -> tuple[float, float]:
        """A place as the figure counts."""
        ratio = self.devicePixelRatioF()
        return place.x() * ratio, (self.height() - place.y()) * ratio

    def _fraction(self, place: QPointF) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
        """A place in parts of the axes' width and height, (2,)."""
        axes = self.result.axes if self.result is not None else None
        return np.zeros(2) if axes is None else axes.transAxes.inverted().transform(self._pixels(place))

    def _in_axes(self, place: QPointF) -> bool:
        part = self._fraction(place)
        return bool(((part >= 0) & (part <= 1)).all())

    def _frame_at(self, place: QPointF) -> float:
        low, high = self._shown()[0]
        return float(low + self._fraction(place)[0] * (high - low))

    def _point(self, place: QPointF) -> None:
        """Also where the mouse has left the axes while the button is down."""
        frames = [int(f) for one in self._populations for f in (one.frame[0], one.frame[-1]) if len(one)]
        last = max([self._look.frames - 1, *frames])
        self.frame_chosen.emit(int(np.clip(np.rint(self._frame_at(place)), 0, max(last, 0))))

    def _counts_at(self, frame: int) -> list[tuple[str, float]]:
        """Count of each lineage that is shown, of every curve."""
        found = []
        for one in self._populations:
            row = one.row_of(frame)
            if row is not None:
                found += [(name, float(one.counts[row, i])) for i, name in enumerate(SERIES)]
        return [(name, cells) for name, cells in found if name not in self._look.hidden]

    def _hover(self, place: QPointF) -> None:
        on_legend = self.series_under(place) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if on_legend else Qt.CursorShape.ArrowCursor)
        if not self._in_axes(place):
            QToolTip.hideText()
            return
        text = readout_html(self._populations, round(self._frame_at(place)), self._look)
        QToolTip.showText(self.mapToGlobal(place.toPoint()), text, self)


def _draw(
    figure: object, populations: Sequence[Populations], look: PlotLook, limits: Limits | None
) -> DrawnPlot:
    from napari_devolearn.lineage.plot.figure import draw_populations

    return draw_populations(figure, populations, look, limits)  # type: ignore[arg-type]
