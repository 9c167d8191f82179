"""What the mouse does on a plot over time: point, pan, zoom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from matplotlib.backend_bases import MouseButton, MouseEvent
from qtpy.QtCore import QObject, Signal

if TYPE_CHECKING:
    from matplotlib.axes import Axes

    from napari_devolearn.widgets.populations_canvas import PlotCanvas

_STEP = 0.8
"""What a notch of the wheel leaves of the span in view."""


class PlotMouse(QObject):
    """Turns matplotlib's mouse events into what is meant by them; zooms and pans by itself.

    Parameters
    ----------
    canvas : PlotCanvas

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

    def __init__(self, canvas: PlotCanvas) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._pointing = self._panning = False
        for name, react in (
            ("button_press_event", self._on_press),
            ("motion_notify_event", self._on_move),
            ("button_release_event", self._on_release),
            ("scroll_event", self._on_scroll),
            ("figure_leave_event", self.hovered.emit),
        ):
            canvas.mpl_connect(name, react)

    @property
    def _axes(self) -> Axes:
        return self._canvas.plot.axes

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
            self._canvas.draw_idle()
        else:
            self.hovered.emit(event)

    def _on_release(self, _: MouseEvent) -> None:
        if self._panning:
            self._axes.end_pan()
        self._pointing = self._panning = False

    def _on_scroll(self, event: MouseEvent) -> None:
        if event.inaxes is not self._axes:
            return
        along_y = event.key is not None and "control" in event.key
        axis, at = (self._axes.yaxis, event.ydata) if along_y else (self._axes.xaxis, event.xdata)
        scale = axis.get_transform()
        low, middle, high = scale.transform([axis.get_view_interval()[0], at, axis.get_view_interval()[1]])
        left = _STEP**event.step
        limits = scale.inverted().transform([middle - left * (middle - low), middle + left * (high - middle)])
        (self._axes.set_ylim if along_y else self._axes.set_xlim)(limits)
        self._canvas.draw_idle()

    def _point(self, event: MouseEvent) -> None:
        """Also where the mouse has left the axes while the button is down."""
        self.pointed.emit(float(self._axes.transData.inverted().transform((event.x, event.y))[0]))
