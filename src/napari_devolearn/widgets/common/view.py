"""Position of a viewer in a layer's indices, and moving to another position."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from napari.components import ViewerModel
from napari.layers import Image, Labels, Layer, Shapes
from napari.utils.theme import get_theme
from qtpy.QtCore import QObject, Signal

from napari_devolearn.exceptions import ParameterError
from napari_devolearn.lineage.plot.palette import Theme
from napari_devolearn.widgets.common.layers import Plane, Region, grid_of, is_flat_movie, shape_of, unit_scale

_LUMA = (0.299, 0.587, 0.114)
"""Source: ITU-R BT.601."""


def _units(viewer: ViewerModel, layer: Layer) -> npt.NDArray[np.float64]:
    """Factor from a layer's units to the viewer's, which are common to all layers, by axis."""
    if viewer.layers.units is None:
        return np.ones(layer.ndim)
    return unit_scale(layer.units, viewer.layers.units[-layer.ndim :])


def position_in_view(viewer: ViewerModel, layer: Layer) -> npt.NDArray[np.float64]:
    """Position of the sliders in the indices of the layer's data, one number per axis."""
    point = np.array(viewer.dims.point[-layer.ndim :]) / _units(viewer, layer)
    return np.asarray(layer.world_to_data(point))


def plane_in_view(viewer: ViewerModel, layer: Image | Labels) -> Plane:
    """Slice of a layer at the viewer's sliders, whichever axes are displayed.

    The nearest one if the sliders are outside the layer.
    """
    shape = shape_of(layer)
    t, z = (0, 0, *np.rint(position_in_view(viewer, layer)[:-2]).astype(int))[-2:]
    if is_flat_movie(layer):
        t, z = z, 0
    return int(np.clip(t, 0, shape[0] - 1)), int(np.clip(z, 0, shape[1] - 1))


def region_of(viewer: ViewerModel, shapes: Shapes, layer: Image | Labels) -> Region:
    """Smallest rectangle of pixels of a layer that contains all shapes of another layer.

    Raises ParameterError if no shape lies on the layer.
    """
    corners = [shapes.data_to_world(corner)[-2:] for shape in shapes.data for corner in shape]
    point = np.zeros((len(corners), layer.ndim))
    if corners:
        point[:, -2:] = corners * (_units(viewer, shapes)[-2:] / _units(viewer, layer)[-2:])
    at = np.array([layer.world_to_data(one)[-2:] for one in point]).reshape(-1, 2)
    ends = np.floor(at.min(axis=0, initial=np.inf) + 0.5), np.ceil(at.max(axis=0, initial=-np.inf) + 0.5)
    (top, left), (bottom, right) = np.clip(ends, 0, grid_of(layer)[-2:]).astype(int).tolist()
    if top >= bottom or left >= right:
        raise ParameterError(
            f"{shapes.name}: no shape lies on {layer.name}; draw one there, or choose no region"
        )
    return top, bottom, left, right


def go_to(viewer: ViewerModel, layer: Layer, position: Sequence[float]) -> None:
    """Move sliders and camera to a position in the indices of the layer's data; the zoom is kept."""
    point = np.array(viewer.dims.point, float)
    point[-layer.ndim :] = np.asarray(layer.data_to_world(position)) * _units(viewer, layer)
    viewer.dims.set_point(range(len(point)), point.tolist())
    center = point[list(viewer.dims.displayed)]
    camera = getattr(viewer, "scene", viewer).camera  # napari has a scene since 0.9
    camera.center = (0.0,) * (3 - len(center)) + tuple(center.tolist())


class FrameSlider(QObject):
    """The time slider, in frames of a layer whose first axis is time."""

    moved = Signal(int)  # the current frame, from 0, whenever it changes

    def __init__(self, viewer: ViewerModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._layer: Layer | None = None
        self._frame: int | None = None
        viewer.dims.events.point.connect(self._update)

    @property
    def frame(self) -> int | None:
        """Current frame; None without a layer, or if time is a displayed axis."""
        layer = self._layer
        if layer is None or layer.ndim < 3 or layer not in self._viewer.layers:
            return None
        if self._viewer.dims.ndim - layer.ndim in self._viewer.dims.displayed:
            return None
        position = position_in_view(self._viewer, layer)[0]
        return int(np.clip(np.rint(position), 0, layer.data.shape[0] - 1))

    def follow(self, layer: Layer | None) -> None:
        """Count in frames of another layer, or of none."""
        self._layer, self._frame = layer, None
        self._update()

    def go_to(self, frame: int) -> None:
        """Move the slider to a frame."""
        layer = self._layer
        if layer is not None and self.frame is not None:
            world = float(layer.translate[0]) + frame * float(layer.scale[0])
            axis = self._viewer.dims.ndim - layer.ndim
            self._viewer.dims.set_point(axis, world * _units(self._viewer, layer)[0])

    def forget_viewer(self) -> None:
        """Disconnect from the viewer."""
        self._viewer.dims.events.point.disconnect(self._update)
        self._layer = None

    def _update(self) -> None:
        frame = self.frame
        if frame is not None and frame != self._frame:
            self._frame = frame
            self.moved.emit(frame)


def plot_theme(viewer: ViewerModel) -> Theme:
    """Theme of a plot that matches the viewer's, whatever its name."""
    ground = get_theme(viewer.theme).background.as_rgb_tuple(alpha=False)
    return "light" if sum(w * c for w, c in zip(_LUMA, ground, strict=True)) > 127 else "dark"
