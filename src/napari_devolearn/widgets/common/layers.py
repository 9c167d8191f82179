"""Pixels, axes, frames and metadata of a layer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from napari.layers import Image, Labels, Layer

from napari_devolearn.exceptions import ImageFormatError

_TIME = {"t", "time", "frame", "frames"}
"""Common names of the time axis, in lower case."""

Shape4D = tuple[int, int, int, int]
Plane = tuple[int, int]
"""(t, z): indices of a slice."""

Region = tuple[int, int, int, int]
"""Top, bottom, left and right of a rectangle in a slice, in pixels; bottom and right are exclusive."""

_OFF = 0.1
"""Tolerance for the alignment of labels with their image, in pixels."""


def notes_of(layer: Layer) -> dict[str, Any]:
    """Notes of this package in the metadata of a layer."""
    notes: dict[str, Any] = layer.metadata.get("devolearn", {})
    return notes


def is_probability(layer: Layer) -> bool:
    """Whether a layer is a probability shown by the Segment dock."""
    return bool(notes_of(layer).get("probability"))


def placement(layer: Image | Labels, region: Region | None = None) -> dict[str, Any]:
    """Arguments that align a new layer of the same axes with a layer, or with a region of it."""
    kept = ("scale", "translate", "rotate", "shear", "affine", "units", "axis_labels")
    arguments = {name: getattr(layer, name) for name in kept}
    if region is not None:
        corner = np.zeros(layer.ndim)
        corner[-2:] = region[0], region[2]
        arguments["translate"] = layer.affine.inverse(layer.data_to_world(corner))
    return arguments | {"metadata": {"devolearn": dict(notes_of(layer))}}


def pixels_of(layer: Image | Labels) -> Any:
    """Array of a layer; the finest level if it has several."""
    return layer.data[0] if layer.multiscale else layer.data


def sliceable(pixels: Any) -> Any:
    """Array that can be sliced and reshaped without reading it, unlike a zarr array."""
    if hasattr(pixels, "reshape"):
        return pixels
    import dask.array

    return dask.array.from_array(pixels)


def pixels_under(labels: Labels, image: Image | Labels) -> Any:
    """Pixels of an image under a labels layer, which may be of a region of the image.

    They have the shape of the labels and are not read yet. Raises ImageFormatError if the two do not match.
    """
    pixels, shape = pixels_of(image), grid_of(labels)
    if shape == grid_of(image):
        return pixels
    part = _part_under(labels, image)
    if part is None:
        raise ImageFormatError(
            f"{labels.name}: has shape {shape}, {image.name} {grid_of(image)}, and is not a region of it; "
            "choose the segmented image"
        )
    return sliceable(pixels)[part]


def _part_under(labels: Labels, image: Image | Labels) -> tuple[slice, ...] | None:
    """Region of an image under labels, if the labels are aligned with its pixels."""
    pairs = zip(labels.units, image.units, strict=False)
    if labels.ndim != image.ndim or not all(a.is_compatible_with(b) for a, b in pairs):
        return None
    factor = unit_scale(labels.units, image.units)
    corners = np.array([np.zeros(labels.ndim), grid_of(labels)])
    ends = np.array([image.world_to_data(labels.data_to_world(one) * factor) for one in corners])
    first, last = np.rint(ends).astype(int)
    inside = (first >= 0).all() and (last <= grid_of(image)).all()
    if not inside or np.abs(ends - first - corners).max() > _OFF:
        return None
    return tuple(map(slice, first.tolist(), last.tolist()))


def unit_scale(units: Sequence[Any], others: Sequence[Any]) -> npt.NDArray[np.float64]:
    """Factors that convert lengths in some units, by axis, to other units, which are compatible."""
    pairs = zip(units, others, strict=True)
    return np.array([1.0 if a == b else float((1.0 * a).to(b).magnitude) for a, b in pairs])


def grid_of(layer: Image | Labels, region: Region | None = None) -> tuple[int, ...]:
    """Shape of the labels of a layer, or of a region of it: the shape of its pixels without colours."""
    grid = tuple(pixels_of(layer).shape[: layer.ndim])
    return grid if region is None else (*grid[:-2], region[1] - region[0], region[3] - region[2])


def shape_of(layer: Image | Labels, region: Region | None = None) -> Shape4D:
    """(T, Z, Y, X) of a layer of 2 to 4 dimensions, or of a region of it."""
    t, z, y, x = (1, 1, *grid_of(layer, region))[-4:]
    return (z, 1, y, x) if is_flat_movie(layer) else (t, z, y, x)


def is_flat_movie(layer: Layer) -> bool:
    """Whether the first of three axes is time, by its name; without names it is Z."""
    return layer.ndim == 3 and str(layer.axis_labels[0]).lower() in _TIME


def has_time(layer: Layer) -> bool:
    """Whether the first axis of a layer is time."""
    return layer.ndim == 4 or is_flat_movie(layer)


def volume_of(layer: Labels | Image, array: Any, t: int) -> npt.NDArray[Any]:
    """One frame, (Z, Y, X), of an array shaped like a layer; a view if it is in memory."""
    frame = np.asarray(array[t] if has_time(layer) else array)
    return frame.reshape((1, *frame.shape)) if frame.ndim == 2 else frame


def frame_numbers(layer: Image | Labels) -> tuple[int, ...]:
    """Number of each frame, from its file name if known, else its index."""
    frames = shape_of(layer)[0]
    numbers = tuple(notes_of(layer).get("frames", ()))
    return numbers if len(numbers) == frames else tuple(range(frames))


def missing_frames(layer: Image | Labels) -> frozenset[int]:
    """Indices along T of the frames that are empty because they have no file."""
    missing = set(notes_of(layer).get("missing", ()))
    return frozenset(t for t, number in enumerate(frame_numbers(layer)) if number in missing)


def first_time(layer: Layer) -> int:
    """Position of the first frame along T, in the layer's units."""
    return round(float(layer.translate[0]) / float(layer.scale[0]))


def sliced_frames(layer: Labels) -> set[int]:
    """Frames of several slices that were labelled slice by slice; none for other layers."""
    volumes = notes_of(layer).get("volumes")
    frames, slices = shape_of(layer)[:2]
    return set(range(frames)) - volumes if volumes is not None and slices > 1 else set()


class Listener:
    """Connection to some events of one layer at a time."""

    def __init__(self, slot: Callable[[Any], object], *events: str) -> None:
        self._slot, self._events = slot, events
        self.layer: Any = None

    def listen_to(self, layer: Any) -> None:
        """Connect to another layer, or to none."""
        for one, do in ((self.layer, "disconnect"), (layer, "connect")):
            for name in self._events if one is not None else ():
                getattr(getattr(one.events, name), do)(self._slot)
        self.layer = layer
