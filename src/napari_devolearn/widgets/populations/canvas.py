"""The plot of populations in a window: cursor, values under the mouse, zoom, pan and legend."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QPointF, Qt, Signal
from qtpy.QtGui import QColor, QPainter, QPen
from qtpy.QtWidgets import QToolTip

from napari_devolearn.lineage.plot.figure import Limits, draw_populations
from napari_devolearn.lineage.plot.palette import PALETTES
from napari_devolearn.lineage.plot.style import PlotStyle
from napari_devolearn.lineage.populations import SERIES, Populations
from napari_devolearn.widgets.common.figure_view import CurvesView
from napari_devolearn.widgets.populations.readout import readout_html

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_DOT = 3.5
_NOTCH = 120  # of a mouse wheel, in Qt's eighths of a degree
_PANS: Any = 1  # matplotlib's number of the mouse button that pans
_STEP = 0.8
"""Factor of the visible span per notch of the mouse wheel."""


class PlotCanvas(CurvesView):
    """Curves with a cursor, a zoom and a legend that hides and shows lineages."""

    values_changed = Signal(str)  # values of the curves in the frame of the cursor, as HTML

    def __init__(self) -> None:
        super().__init__(300, 240, "Cells of each lineage in each frame")
        self.setMouseTracking(True)
        self.limits: Limits | None = None  # limits after zoom or pan; None shows all
        self.populations: Sequence[Populations] = ()
        self.plot_style = PlotStyle()
        self._panned: Axes | None = None  # axes that the mouse drags

    def show_populations(self, populations: Sequence[Populations], style: PlotStyle) -> None:
        """Draw other curves, or the same in another style.

        The zoom is kept until the scale changes, and hidden lineages stay hidden.
        """
        if style.scale != self.plot_style.scale:
            self.limits = None
        self.populations, self.theme = populations, style.theme
        self.plot_style = replace(style, hidden=self.plot_style.hidden)
        last = [int(one.frame[-1]) for one in populations if len(one)]
        self.frames = range(max([style.frames, *(frame + 1 for frame in last)]))
        self._draw()

    def toggle(self, series: str) -> None:
        """Hide or show a lineage."""
        self.plot_style = replace(self.plot_style, hidden=self.plot_style.hidden ^ {series})
        self._draw()

    def put_cursor(self, frame: int | None) -> None:
        """Move the cursor, and emit the values of its frame."""
        super().put_cursor(frame)
        self._emit_values()

    def series_under(self, place: QPointF) -> str | None:
        """Lineage whose legend entry is at a position of the widget."""
        x, y = self.pixels(place)
        entries: dict[Any, str] = self.result.legend if self.result is not None else {}
        for artist, name in entries.items():
            if artist.get_window_extent().padded(4).contains(x, y):
                return name
        return None

    def paint_values(self, painter: QPainter, frame: int) -> None:
        """Paint a dot on each curve."""
        palette, (bottom, top) = PALETTES[self.theme], self.result.axes.get_ylim()
        for one in self.populations:
            row = one.row_of(frame)
            for i, name in enumerate(SERIES if row is not None else ()):
                cells = float(one.counts[row, i])
                if name not in self.plot_style.hidden and bottom <= cells <= top:
                    painter.setPen(QPen(QColor(palette.ground), 1))
                    painter.setBrush(QColor(palette.series[name]))
                    painter.drawEllipse(self.position_of(frame, cells), _DOT, _DOT)

    def mousePressEvent(self, event: Any) -> None:  # noqa: N802
        """Go to a frame, hide or show a lineage in the legend, or start to pan."""
        super().mousePressEvent(event)
        if self.result is None:
            return
        place = event.position()
        if event.button() != Qt.MouseButton.LeftButton:
            if self.in_axes(place):
                self._panned = self.result.axes
                self._panned.start_pan(*self.pixels(place), _PANS)
        elif not self.in_axes(place) and (series := self.series_under(place)) is not None:
            self.toggle(series)

    def mouseMoveEvent(self, event: Any) -> None:  # noqa: N802
        """Continue what the mouse button started, or show the values under the mouse."""
        super().mouseMoveEvent(event)
        if self.result is None or self._pointing:
            return
        place = event.position()
        if self._panned is not None:
            self._panned.drag_pan(_PANS, None, *self.pixels(place))
            self._limit(self._panned)
        else:
            self._hover(place)

    def mouseReleaseEvent(self, event: Any) -> None:  # noqa: N802
        """Stop dragging."""
        super().mouseReleaseEvent(event)
        self._panned = None

    def mouseDoubleClickEvent(self, event: Any) -> None:  # noqa: N802, ARG002
        """Reset the zoom."""
        self.limits = None
        self._draw()

    def wheelEvent(self, event: Any) -> None:  # noqa: N802
        """Zoom in time; with Ctrl in cells."""
        if self.result is None or not self.in_axes(event.position()):
            return
        part = _STEP ** (event.angleDelta().y() / _NOTCH)
        axes, mouse = self.result.axes, self.pixels(event.position())
        corners = mouse + part * (axes.bbox.get_points() - mouse)
        (left, bottom), (right, top) = axes.transData.inverted().transform(corners)
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            axes.set_ylim(bottom, top)
        else:
            axes.set_xlim(left, right)
        self._limit(axes)
        event.accept()

    def leaveEvent(self, event: Any) -> None:  # noqa: N802, ARG002
        """Hide the values under the mouse."""
        QToolTip.hideText()

    def _limit(self, axes: Axes) -> None:
        """Draw again within the limits of some axes."""
        self.limits = axes.get_xlim(), axes.get_ylim()
        self._draw()

    def _draw(self) -> None:
        self.draw(
            partial(draw_populations, populations=self.populations, style=self.plot_style, limits=self.limits)
        )
        self._emit_values()

    def _emit_values(self) -> None:
        frame = self.cursor_frame
        text = "" if frame is None else readout_html(self.populations, frame, self.plot_style)
        self.values_changed.emit(text)

    def _hover(self, place: QPointF) -> None:
        on_legend = self.series_under(place) is not None
        self.setCursor(Qt.CursorShape.PointingHandCursor if on_legend else Qt.CursorShape.ArrowCursor)
        point = self.point_at(place)
        if point is None:
            QToolTip.hideText()
            return
        text = readout_html(self.populations, round(point[0]), self.plot_style)
        QToolTip.showText(self.mapToGlobal(place.toPoint()), text, self)
