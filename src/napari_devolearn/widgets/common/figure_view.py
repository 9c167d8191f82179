"""A matplotlib figure, imported and drawn in a thread, so that the window never waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QPointF, QRect, Qt, Signal
from qtpy.QtGui import QColor, QImage, QPainter, QPen
from qtpy.QtWidgets import QWidget

from napari_devolearn.lineage.plot.palette import PALETTES, Theme
from napari_devolearn.widgets.common.loading import garbage_collection_disabled
from napari_devolearn.widgets.common.worker import LatestJob

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 100
"""Screen pixels per inch of the figure."""


class FigureView(QWidget):
    """Show the latest requested figure; requests in between are skipped.

    `width` and `height` are the minimum size in pixels; `name` is for screen readers.
    """

    def __init__(self, width: int, height: int, name: str) -> None:
        super().__init__()
        self.setMinimumSize(width, height)
        self.setAccessibleName(name)
        # what the callable that drew the figure returned, with its ``axes``; they may be read, as the figure
        # is no longer drawn
        self.result: Any = None
        self._make: Callable[[Figure], object] | None = None
        self._image: QImage | None = None
        self._job = LatestJob(self)
        self._job.stepped.connect(self._on_drawn)

    @property
    def busy(self) -> bool:
        """Whether a figure is still to be drawn."""
        return self._job.busy

    def draw(self, make: Callable[[Figure], object]) -> None:
        """Draw a figure: `make` fills an empty one, in a thread, and again when the size changes."""
        self._make = make
        size = max(self.width(), 1), max(self.height(), 1)
        self._job.ask(partial(_iter_figure, make, size, self.devicePixelRatioF()))

    def stop(self) -> None:
        """Stop drawing."""
        self._make = None
        self._job.stop()

    def position_of(self, x: float, y: float) -> QPointF:
        """Position of a point of the axes in the widget, in pixels; the origin before the first drawing."""
        if self.result is None:
            return QPointF()
        at, up = self.result.axes.transData.transform((x, y))
        ratio = self.devicePixelRatioF()
        return QPointF(at / ratio, self.height() - up / ratio)

    def point_at(self, place: QPointF) -> tuple[float, float] | None:
        """Data coordinates of a position in the widget; None outside the axes."""
        if not self.in_axes(place):
            return None
        x, y = self.result.axes.transData.inverted().transform(self.pixels(place))
        return float(x), float(y)

    def pixels(self, place: QPointF) -> tuple[float, float]:
        """Position in the widget in pixels of the figure."""
        ratio = self.devicePixelRatioF()
        return place.x() * ratio, (self.height() - place.y()) * ratio

    def in_axes(self, place: QPointF) -> bool:
        """Whether a position in the widget lies in the axes."""
        return self.result is not None and bool(self.result.axes.bbox.contains(*self.pixels(place)))

    def _on_drawn(self, drawn: tuple[QImage, object]) -> None:
        self._image, self.result = drawn
        self.update()

    def paintEvent(self, event: Any) -> None:  # noqa: N802, ARG002
        """Paint the figure, stretched if the size has just changed."""
        if self._image is not None:
            painter = QPainter(self)
            painter.drawImage(QRect(0, 0, self.width(), self.height()), self._image)
            painter.end()

    def resizeEvent(self, event: Any) -> None:  # noqa: N802
        """Draw in the new size."""
        super().resizeEvent(event)
        if self._make is not None:
            self.draw(self._make)


class CurvesView(FigureView):
    """Curves over the frames with a cursor, which a click or a drag moves."""

    frame_chosen = Signal(int)  # the cursor was moved to a frame

    def __init__(self, width: int, height: int, name: str) -> None:
        super().__init__(width, height, name)
        self.frames: Sequence[int] = ()  # frames that can be chosen
        self.cursor_frame: int | None = None  # frame of the cursor
        self.theme: Theme = "light"
        self._pointing = False

    def put_cursor(self, frame: int | None) -> None:
        """Move the cursor without drawing the figure again."""
        if frame != self.cursor_frame:
            self.cursor_frame = frame
            self.update()

    def paintEvent(self, event: Any) -> None:  # noqa: N802
        """Paint the curves, and the cursor over them."""
        super().paintEvent(event)
        frame = self.cursor_frame
        if self.result is None or frame is None:
            return
        (low, high), (bottom, top) = self.result.axes.get_xlim(), self.result.axes.get_ylim()
        if low <= frame <= high:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(QPen(QColor(PALETTES[self.theme].text), 1.2, Qt.PenStyle.SolidLine))
            painter.drawLine(self.position_of(frame, bottom), self.position_of(frame, top))
            self.paint_values(painter, frame)
            painter.end()

    def paint_values(self, painter: QPainter, frame: int) -> None:
        """Paint the values in the frame of the cursor; by default nothing."""

    def mousePressEvent(self, event: Any) -> None:  # noqa: N802
        """Go to a frame."""
        if event.button() == Qt.MouseButton.LeftButton:
            self._pointing = self.in_axes(event.position())
            self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: Any) -> None:  # noqa: N802
        """Go to the frame under the mouse while the left button is down, also outside the axes."""
        if self._pointing and self.frames:
            at, _ = self.result.axes.transData.inverted().transform(self.pixels(event.position()))
            self.frame_chosen.emit(min(self.frames, key=lambda frame: abs(frame - at)))

    def mouseReleaseEvent(self, event: Any) -> None:  # noqa: N802, ARG002
        """Ignored: the frame stays."""
        self._pointing = False


def _iter_figure(
    make: Callable[[Figure], object], size: tuple[int, int], ratio: float
) -> Iterator[tuple[QImage, object]]:
    with garbage_collection_disabled():
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    figure = Figure(figsize=(size[0] / _DPI, size[1] / _DPI), dpi=_DPI * ratio)
    canvas = FigureCanvasAgg(figure)
    result = make(figure)
    figure.patch.set_alpha(0)  # the ground of the dock, in any theme
    canvas.draw()
    pixels = canvas.buffer_rgba()
    height, width = pixels.shape[:2]
    image = QImage(bytes(pixels), width, height, 4 * width, QImage.Format.Format_RGBA8888)
    yield image.copy(), result  # copy, because the image does not own its bytes
