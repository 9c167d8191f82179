"""The frame of one image layer that napari's time slider stands at, followed and set."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtCore import QObject, Signal

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image


class FrameSlider(QObject):
    """The time slider, counted in frames of an image layer whose first axis is time.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    parent : QObject

    Attributes
    ----------
    moved : Signal
        The frame in view (int), from 0, whenever it is another one.
    """

    moved = Signal(int)

    def __init__(self, viewer: ViewerModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._image: Image | None = None
        self._frame: int | None = None
        viewer.dims.events.point.connect(self._look)

    @property
    def frame(self) -> int | None:
        """The frame in view; None without an image layer, or where time is an axis of the canvas."""
        image = self._image
        if (
            image is None
            or image.ndim < 3
            or image not in self._viewer.layers
            or self._axis in self._viewer.dims.displayed
        ):
            return None
        start, step = float(image.translate[0]), float(image.scale[0])
        position = (self._viewer.dims.point[self._axis] * self._unit - start) / step
        return int(np.clip(np.rint(position), 0, image.data.shape[0] - 1))

    def follow(self, image: Image | None) -> None:
        """Count in frames of another image layer, or of none."""
        self._image = image
        self._frame = None
        self._look()

    def go_to(self, frame: int) -> None:
        """Move the slider to a frame."""
        image = self._image
        if image is not None and self.frame is not None:
            world = float(image.translate[0]) + frame * float(image.scale[0])
            self._viewer.dims.set_point(self._axis, world / self._unit)

    def forget_viewer(self) -> None:
        """Follow the viewer no longer."""
        self._viewer.dims.events.point.disconnect(self._look)
        self._image = None

    @property
    def _axis(self) -> int:
        return int(self._viewer.dims.ndim - self._image.ndim) if self._image is not None else 0

    @property
    def _unit(self) -> float:
        """The layer's units in one of the viewer's, which are those of all layers together."""
        if self._viewer.layers.units is None or self._image is None:
            return 1.0
        theirs, ours = self._viewer.layers.units[self._axis], self._image.units[0]
        return 1.0 if ours == theirs else float((1.0 * theirs).to(ours).magnitude)

    def _look(self) -> None:
        frame = self.frame
        if frame is not None and frame != self._frame:
            self._frame = frame
            self.moved.emit(frame)
