"""Convert stacks and tracks to napari's layer tuples."""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from napari_devolearn.io.core.stack import Stack, layer_attributes
from napari_devolearn.io.ctc.corrections_table import Corrected
from napari_devolearn.lineage.tracks import Tracks

LayerData: TypeAlias = tuple[Any, dict[str, Any], str]
"""(data, attributes, layer type)"""


def image_layer(stack: Stack) -> LayerData:
    """Make an Image layer."""
    return stack.data, layer_attributes(stack), "image"


def labels_layer(stack: Stack) -> LayerData:
    """Make a Labels layer."""
    return stack.data, layer_attributes(stack), "labels"


def tracks_layer(
    tracks: Tracks, points: npt.NDArray[np.float64], stack: Stack, corrected: Corrected | None = None
) -> LayerData:
    """Make a Tracks layer.

    Its feature ``event`` is "division" or "gap" at the last point of a track that ends in it, else "".

    Parameters
    ----------
    tracks : Tracks
    points : ndarray, (N, 5)
        Columns label, frame number, z, y, x in pixels, as from `track_points`.
    stack : Stack
        The masks of the points.
    corrected : Corrected, optional
        Manual corrections by frame number, stored in the layer's metadata.
    """
    known = stack.frames
    points = points[np.isin(points[:, 1], known)]
    labels = points[:, 0].astype(np.int64)
    # time is the index of the mask in the stack, not its frame number
    time = known[0] + np.searchsorted(known, points[:, 1])
    attributes = layer_attributes(stack)
    attributes |= {
        "name": "tracks",
        "translate": (0.0, *attributes["translate"][1:]),
        "graph": tracks.graph_of(labels),
        "features": {"event": tracks.events_of(labels)},
    }
    if corrected is not None:
        painted = frozenset(known.index(frame) for frame in corrected.painted if frame in known)
        attributes["metadata"]["devolearn"]["corrected"] = corrected._replace(painted=painted)
    return np.column_stack([labels, time, points[:, 2:]]), attributes, "tracks"
