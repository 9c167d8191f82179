"""Outline an image layer in a worker thread, and show the outlines as a layer."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from napari.components import ViewerModel
from napari.layers import Image, Labels
from napari.utils.colormaps import DirectLabelColormap

from napari_devolearn._owning import OwningIterator
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.inference.counting.projections import as_projections
from napari_devolearn.inference.outline import OutlineFrame, iter_outline, open_outline_input
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.widgets.common.calibration import (
    minutes_between_frames,
    voxel_size_in_file,
    voxel_size_of,
)
from napari_devolearn.widgets.common.layers import (
    Shape4D,
    frame_numbers,
    grid_of,
    notes_of,
    pixels_of,
    placement,
    shape_of,
)
from napari_devolearn.widgets.common.loading import load_in_background
from napari_devolearn.widgets.segment.segmentable import segmentable

_LARGEST, _OTHERS = "#E69F00", "#56B4E9"
"""Colour from Okabe and Ito (2008)."""


def check_image(viewer: ViewerModel, image: Image | None) -> None:
    """Check that an image layer can be outlined.

    It is greyscale, as for `segmentable`, or one image or a movie in RGB, of which the channel of the nuclei
    is used; for others an ImageFormatError tells what to do.
    """
    if image is None:
        raise ImageFormatError("No image to outline; open one, or use File > Open Sample > DevoLearn.")
    if not image.rgb:
        segmentable(viewer, image)
    elif image.ndim > 3:
        raise ImageFormatError(
            f"{image.name}: is a movie of RGB volumes; right-click the layer, choose Split RGB, then one "
            "of the channels"
        )


def frames_of(image: Image) -> tuple[int, ...]:
    """Number of each frame; an RGB layer of three axes is a movie."""
    usual = _shape_of(image) == shape_of(image)
    return frame_numbers(image) if usual else tuple(range(len(pixels_of(image))))


def _shape_of(image: Image) -> Shape4D:
    """(T, Z, Y, X)."""
    shape = grid_of(image)
    return (shape[0], 1, *shape[1:]) if image.rgb and len(shape) == 3 else shape_of(image)


def iter_outline_layer(image: Image) -> OwningIterator[OutlineFrame]:
    """Start outlining the embryo of an image layer; loads the model, so call it in a thread."""
    model, pixels = load_in_background("embryo", "auto"), pixels_of(image)
    stack = Stack(
        data=as_projections(pixels) if image.rgb else pixels.reshape(_shape_of(image)),
        name=image.name,
        source=Path(image.name),
        voxel_size=voxel_size_of(image) or voxel_size_in_file(image),
        frames=frames_of(image),
        missing=frozenset(notes_of(image).get("missing", ())),
        frame_interval=minutes_between_frames(image),
    )
    return iter_outline(open_outline_input(stack, model), model)


def add_outlines(viewer: ViewerModel, image: Image, frames: Sequence[OutlineFrame]) -> Labels:
    """Add the outlines over their image; frames that were not processed stay empty."""
    labels, place = np.zeros(_shape_of(image), np.uint8), frames_of(image)
    for one in frames:
        labels[place.index(one.frame)] = one.labels
    name = f"{image.name} outline"
    layer = viewer.add_labels(labels.reshape(grid_of(image)), name=name, **placement(image))
    layer.contour, layer.opacity = 2, 1.0
    layer.colormap = DirectLabelColormap(color_dict={None: _OTHERS, 0: "transparent", 1: _LARGEST})
    return layer
