"""Outlining an image layer in a worker thread, and its outlines as a layer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from napari_devolearn._owning import OwningIterator
from napari_devolearn.inference.outline import OutlineFrame, iter_outline, open_outline_input
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.widgets.common.calibration import voxel_size_in_file, voxel_size_of
from napari_devolearn.widgets.common.loading import load_in_background
from napari_devolearn.widgets.common.scope import frame_numbers, grid_of, pixels_of, shape_of
from napari_devolearn.widgets.segment.result_layer import placement

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image, Labels

_LARGEST, _OTHERS = "#E69F00", "#56B4E9"
"""Of the colours of Okabe and Ito (2008)."""


def iter_outline_layer(image: Image) -> OwningIterator[OutlineFrame]:
    """Begin to outline the embryo of an image layer; loads the model, so call it in a thread.

    Parameters
    ----------
    image : napari.layers.Image
        Grey, of 2 to 4 axes.

    Returns
    -------
    OwningIterator of OutlineFrame
        For each frame.
    """
    model = load_in_background("embryo", "auto")
    stack = Stack(
        data=pixels_of(image).reshape(shape_of(image)),
        name=image.name,
        source=Path(image.name),
        voxel_size=voxel_size_of(image) or voxel_size_in_file(image),
        frames=frame_numbers(image),
    )
    return iter_outline(open_outline_input(stack, model), model)


def add_outlines(viewer: ViewerModel, image: Image, frames: Sequence[OutlineFrame]) -> Labels:
    """Lay the outlines over their image; frames that were not reached stay empty.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    image : napari.layers.Image
    frames : sequence of OutlineFrame
        The first ones of the image.

    Returns
    -------
    napari.layers.Labels
    """
    from napari.utils.colormaps import DirectLabelColormap

    labels = np.zeros(shape_of(image), np.uint8)
    for t, one in enumerate(frames):
        labels[t] = one.labels
    name = f"{image.name} embryo"
    layer = viewer.add_labels(labels.reshape(grid_of(image)), name=name, **placement(image))
    layer.contour, layer.opacity = 2, 1.0
    layer.colormap = DirectLabelColormap(color_dict={None: _OTHERS, 0: "transparent", 1: _LARGEST})
    return layer
