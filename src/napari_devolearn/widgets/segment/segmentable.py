"""Whether what was chosen can be segmented, and what to do where it cannot."""

from __future__ import annotations

import math
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.tif_names import is_tif_name
from napari_devolearn.widgets.common.layers import grid_of, notes_of

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image

_CHANNEL = {"c", "ch", "channel", "channels"}
"""What people call the axis of channels, in lower case."""


def segmentable(viewer: ViewerModel, image: Image | None, *, rgb: bool = False) -> Image:
    """Take an image layer that is a grey slice, volume or movie, and no other.

    `rgb` takes an RGB image too. Raises ImageFormatError if there is none, or if it is RGB, has several
    channels, or has other axes.
    """
    if image is None:
        raise ImageFormatError(none_chosen(viewer))
    problem = _problem(image, rgb=rgb)
    if problem:
        raise ImageFormatError(f"{image.name}: {problem}")
    return image


def none_chosen(viewer: ViewerModel) -> str:
    """What to do where there is no image to choose."""
    from napari.layers import Labels

    labels = next((layer for layer in viewer.layers if isinstance(layer, Labels)), None)
    if labels is not None:
        return (
            f"{labels.name}: is a Labels layer, and an image is segmented: open the image too; an image that "
            "was opened as labels becomes one by right-click > Convert to Image"
        )
    return "no image to segment: open one, or File > Open Sample > DevoLearn"


def _problem(image: Image, *, rgb: bool) -> str:
    if image.rgb and not (rgb and image.ndim == 2):
        return "is RGB; right-click the layer, Split RGB, and choose a channel"
    channels = _channels(image)
    if channels > 1:
        return f"has {channels} channels; right-click the layer, Split Stack, and choose one"
    if not 2 <= image.ndim <= 4:
        return f"has {image.ndim} axes; give (Y, X), (Z, Y, X) or (T, Z, Y, X)"
    return ""


def _channels(image: Image) -> int:
    """Channels of a layer, by the names of its axes or the header of the tif that it was opened from."""
    from napari_devolearn.io.image import open_image

    shape = grid_of(image)
    for label, size in zip(image.axis_labels, shape, strict=True):
        if str(label).lower() in _CHANNEL:
            return int(size)
    if "axes" in notes_of(image):  # its reader has told channels from slices
        return 1
    path = Path(image.source.path or "")
    if is_tif_name(path.name):
        with suppress(OSError, ValueError):  # gone since, or damaged: then the layer is all there is
            file = open_image(path)
            if math.prod(shape) == file.channels * math.prod(file.shape):
                return file.channels
    return 1
