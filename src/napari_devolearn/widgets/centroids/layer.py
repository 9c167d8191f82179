"""A Points layer with the centres of labelled objects, laid exactly over their labels."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.widgets.segment.result_layer import placement

if TYPE_CHECKING:
    import pandas as pd
    from napari.components import ViewerModel
    from napari.layers import Labels, Points

_ON_SCREEN = (7, 12)
"""Least and largest diameter of a point, in pixels of the screen: seen from far, and no cell covered."""

_CHOSEN = (0.9, 0.62, 0.0, 1.0)
"""Of white points, an orange that colour-blind people tell from white (Wong 2011, Nature Methods 8, 441)."""


def points_of(
    table: pd.DataFrame, index: npt.NDArray[np.integer], ndim: int
) -> tuple[npt.NDArray[np.float64], pd.DataFrame]:
    """Centres as a Points layer takes them.

    Parameters
    ----------
    table : DataFrame
        From `frame_centroids`.
    index : ndarray, (N,)
        Index of each row's frame along T.
    ndim : int
        Axes of the labels layer, 2 to 4.

    Returns
    -------
    points : ndarray, (N, ndim), float64
        Indices along the layer's axes.
    features : DataFrame
        label, frame, volume_um3 (or area_um2), voxels, and mean_intensity where it was measured.
    """
    intensity = [name for name in ("mean_intensity",) if name in table.columns]
    points = np.column_stack([index, table[["z", "y", "x"]]]).astype(np.float64)[:, 4 - ndim :]
    return points, table[["label", "frame", table.columns[-1], "voxels", *intensity]]


def show_points(
    viewer: ViewerModel,
    labels: Labels,
    points: npt.NDArray[np.float64],
    features: pd.DataFrame,
    shown: Points | None,
) -> Points:
    """Add the centres as a layer, or put them into the one that shows those of before.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    labels : napari.layers.Labels
    points : ndarray, (N, D)
    features : DataFrame
    shown : napari.layers.Points or None

    Returns
    -------
    napari.layers.Points
    """
    if shown is not None and shown in viewer.layers:
        shown.selected_data = set()
        shown.data = points
        shown.features = features
        shown.face_color = "white"
        return shown
    look: dict[str, Any] = {
        "size": 8,
        "face_color": "white",
        "border_color": "black",
        "border_width": 0.2,
        "canvas_size_limits": _ON_SCREEN,
    }
    active = viewer.layers.selection.active
    name = f"{labels.name} centroids"
    layer = viewer.add_points(points, name=name, features=features, **look, **placement(labels))
    viewer.layers.selection.active = active  # the person's brush stays the labels' own
    return layer


def highlight(layer: Points, row: int) -> None:
    """Choose a point and give it, and no other, the colour of the chosen one."""
    colours = np.ones((len(layer.data), 4), np.float32)
    colours[row] = _CHOSEN
    layer.face_color = colours
    if set(layer.selected_data) != {row}:  # psygnal would send the news again, from where it is heard
        layer.selected_data = {row}
