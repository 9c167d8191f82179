"""What the mouse does on a plot over time: point, pan, zoom."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
from matplotlib.backend_bases import FigureCanvasBase, MouseButton, MouseEvent
from qtpy.QtCore import QObject, Signal

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis

_STEP = 0.8
"""What a notch of the wheel leaves of the span in view."""


class PlotMouse(QObject):
    """Turns matplotlib's mouse events into what is meant by them; zooms and pans by itself.

    Parameters
    ----------
    canvas : FigureCanvasBase
        Whose events are heard.
    axes : callable
        Gives the axes to point at, pan and zoom.
    redraw : callable
        Called when their limits have changed.
    parent : QObject

    Attributes
    ----------
    pointed : Signal
        The left button is down at a place along x (float, in data).
    clicked : Signal
        A click beside the axes (MouseEvent).
    all_wanted : Signal
        A double click.
    hovered : Signal
        The mouse moved with no button down, or left (Event).
    """

    pointed = Signal(float)
    clicked = Signal(object)
    all_wanted = Signal()
    hovered = Signal(object)

    def __init__(
        self,
        canvas: FigureCanvasBase,
        axes: Callable[[], Axes],
        redraw: Callable[[], None],
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self._axes_of_plot, self._redraw = axes, redraw
        self._pointing = self._panning = False
        canvas.mpl_connect("button_press_event", self._on_press)
        canvas.mpl_connect("motion_notify_event", self._on_move)
        canvas.mpl_connect("button_release_event", self._on_release)
        canvas.mpl_connect("scroll_event", self._on_scroll)
        canvas.mpl_connect("figure_leave_event", self.hovered.emit)

    @property
    def _axes(self) -> Axes:
        return self._axes_of_plot()

    def _on_press(self, event: MouseEvent) -> None:
        inside = event.inaxes is self._axes
        if event.dblclick:
            self.all_wanted.emit()
        elif event.button == MouseButton.LEFT and inside:
            self._pointing = True
            self._point(event)
        elif event.button == MouseButton.LEFT:
            self.clicked.emit(event)
        elif inside:
            self._panning = True
            self._axes.start_pan(event.x, event.y, MouseButton.LEFT)

    def _on_move(self, event: MouseEvent) -> None:
        if self._pointing:
            self._point(event)
        elif self._panning:
            self._axes.drag_pan(MouseButton.LEFT, event.key, event.x, event.y)
            self._redraw()
        else:
            self.hovered.emit(event)

    def _on_release(self, _: MouseEvent) -> None:
        if self._panning:
            self._axes.end_pan()
        self._pointing = self._panning = False

    def _on_scroll(self, event: MouseEvent) -> None:
        if event.inaxes is not self._axes:
            return
        axes = self._axes
        if event.key is not None and "control" in event.key:
            axes.set_ylim(_zoomed(axes.yaxis, event.ydata or 0.0, event.step))
        else:
            axes.set_xlim(_zoomed(axes.xaxis, event.xdata or 0.0, event.step))
        self._redraw()

    def _point(self, event: MouseEvent) -> None:
        """Also where the mouse has left the axes while the button is down."""
        self.pointed.emit(float(self._axes.transData.inverted().transform((event.x, event.y))[0]))


def _zoomed(axis: Axis, at: float, notches: float) -> tuple[float, float]:
    """Limits nearer to a place, in the axis's own scale."""
    scale = axis.get_transform()
    low, middle, high = scale.transform(np.insert(axis.get_view_interval(), 1, at))
    part = _STEP**notches
    near, far = scale.inverted().transform(
        np.array([middle - part * (middle - low), middle + part * (high - middle)])
    )
    return float(near), float(far)
