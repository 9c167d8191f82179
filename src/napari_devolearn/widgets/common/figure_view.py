"""A figure of matplotlib, imported and drawn in a thread, so that the window never waits for it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QRect, Signal
from qtpy.QtGui import QImage, QPainter, QPaintEvent, QResizeEvent
from qtpy.QtWidgets import QWidget

from napari_devolearn.widgets.common.loading import garbage_left
from napari_devolearn.widgets.common.worker import Job, show_failure

if TYPE_CHECKING:
    from matplotlib.figure import Figure

_DPI = 100
"""Pixels of the window an inch of the figure."""


class FigureView(QWidget):
    """Shows the latest figure that was asked for; what was asked for in between is skipped.

    Parameters
    ----------
    width, height : int
        Least size in pixels.
    parent : QWidget

    Attributes
    ----------
    drawn : Signal
        Another figure is shown (nothing).
    result : object
        What the callable that drew the figure returned; None before. The figure is drawn no more, so that
        its axes may be read.
    """

    drawn = Signal()

    def __init__(self, width: int, height: int, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setMinimumSize(width, height)
        self.result: Any = None
        self._make: Callable[[Figure], object] | None = None
        self._image: QImage | None = None
        self._job: Job | None = None
        self._stale = False

    @property
    def busy(self) -> bool:
        """Whether another figure is still to come."""
        return self._job is not None

    def draw(self, make: Callable[[Figure], object]) -> None:
        """Draw a figure.

        Parameters
        ----------
        make : callable
            Takes an empty figure as large as this widget and fills it; called in a thread, and again when the
            size changes.
        """
        self._make = make
        self._redraw()

    def stop(self) -> None:
        """Draw nothing more."""
        self._make = None
        job, self._job = self._job, None
        if job is not None:
            job.stop()

    def _redraw(self) -> None:
        if self._job is not None or self._make is None:
            self._stale = self._make is not None
            return
        self._stale = False
        size = max(self.width(), 1), max(self.height(), 1)
        self._job = Job(partial(_iter_figure, self._make, size, self.devicePixelRatioF()), self)
        self._job.stepped.connect(self._on_drawn)
        self._job.failed.connect(show_failure)
        self._job.ended.connect(self._on_end)
        self._job.start()

    def _on_drawn(self, found: tuple[QImage, object]) -> None:
        self._image, self.result = found
        self.update()
        self.drawn.emit()

    def _on_end(self) -> None:
        self._job = None
        if self._stale:
            self._redraw()

    def paintEvent(self, event: QPaintEvent | None) -> None:  # noqa: N802, ARG002
        """Paint the figure, stretched where the size has just changed."""
        if self._image is not None:
            painter = QPainter(self)
            painter.drawImage(QRect(0, 0, self.width(), self.height()), self._image)
            painter.end()

    def resizeEvent(self, event: QResizeEvent | None) -> None:  # noqa: N802
        """Draw in the new size."""
        super().resizeEvent(event)
        self._redraw()


def _iter_figure(
    make: Callable[[Figure], object], size: tuple[int, int], ratio: float
) -> Iterator[tuple[QImage, object]]:
    with garbage_left():
        from matplotlib.backends.backend_agg import FigureCanvasAgg
        from matplotlib.figure import Figure
    figure = Figure(figsize=(size[0] / _DPI, size[1] / _DPI), dpi=_DPI * ratio)
    canvas = FigureCanvasAgg(figure)
    result = make(figure)
    canvas.draw()
    pixels = canvas.buffer_rgba()
    height, width = pixels.shape[:2]
    image = QImage(bytes(pixels), width, height, 4 * width, QImage.Format.Format_RGBA8888)
    yield image.copy(), result  # bytes outlive an image of Qt only as its copy
