"""Bring a place of a layer into view."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Layer


def go_to(viewer: ViewerModel, layer: Layer, position: Sequence[float]) -> None:
    """Move sliders and camera to a place, at the zoom that there is.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    layer : napari.layers.Layer
    position : sequence of float
        One index an axis of the layer, as its data are indexed.
    """
    point = np.array(viewer.dims.point, float)
    point[-layer.ndim :] = _in_units_of(viewer, layer, np.asarray(layer.data_to_world(position)))
    viewer.dims.set_point(range(len(point)), point.tolist())
    center = point[list(viewer.dims.displayed)]
    camera = getattr(viewer, "scene", viewer).camera  # napari has a scene from 0.9 on
    camera.center = (0.0,) * (3 - len(center)) + tuple(center.tolist())


def _in_units_of(
    viewer: ViewerModel, layer: Layer, world: npt.NDArray[np.float64]
) -> npt.NDArray[np.float64]:
    """The viewer's units are those of all layers together."""
    if viewer.layers.units is None:
        return world
    units = zip(layer.units, viewer.layers.units[-layer.ndim :], strict=True)
    return np.array(
        [
            value if ours == theirs else float((value * ours).to(theirs).magnitude)
            for value, (ours, theirs) in zip(world, units, strict=True)
        ]
    )
