"""Checks whether a layer can be segmented, with a remedy if it cannot."""

from __future__ import annotations

import math

from napari.components import ViewerModel
from napari.layers import Image, Labels

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.widgets.common.calibration import tif_of
from napari_devolearn.widgets.common.layers import grid_of, notes_of

_CHANNEL = {"c", "ch", "channel", "channels"}
"""Common names of the channel axis, in lower case."""


def segmentable(viewer: ViewerModel, image: Image | None, *, rgb: bool = False) -> Image:
    """Check that a layer is a greyscale slice, volume or movie.

    `rgb` also allows an RGB image. Raises ImageFormatError if there is no layer, or if it is RGB, has several
    channels, or has other axes.
    """
    if image is None:
        raise ImageFormatError(none_chosen(viewer))
    problem = _problem(image, rgb=rgb)
    if problem:
        raise ImageFormatError(f"{image.name}: {problem}")
    return image


def none_chosen(viewer: ViewerModel) -> str:
    """What to do if there is no image to choose."""
    labels = next((layer for layer in viewer.layers if isinstance(layer, Labels)), None)
    if labels is not None:
        return (
            f"{labels.name}: is a Labels layer; open the image, or if this is the image, right-click the "
            "layer and choose Convert to Image"
        )
    return "No image to segment; open one, or use File > Open Sample > DevoLearn"


def _problem(image: Image, *, rgb: bool) -> str:
    if image.rgb and not (rgb and image.ndim == 2):
        return "is RGB; right-click the layer, choose Split RGB, then one of the channels"
    channels = _channels(image)
    if channels > 1:
        return f"has {channels} channels; right-click the layer, choose Split Stack, then one of the channels"
    if not 2 <= image.ndim <= 4:
        return f"has {image.ndim} axes; give (Y, X), (Z, Y, X) or (T, Z, Y, X)"
    return ""


def _channels(image: Image) -> int:
    """Channels of a layer, from the names of its axes or the header of its tif."""
    shape = grid_of(image)
    for label, size in zip(image.axis_labels, shape, strict=True):
        if str(label).lower() in _CHANNEL:
            return int(size)
    if "axes" in notes_of(image):  # its reader has distinguished channels and slices
        return 1
    file = tif_of(image)
    whole = file is not None and math.prod(shape) == file.channels * math.prod(file.shape)
    return file.channels if file is not None and whole else 1
