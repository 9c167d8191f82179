"""What to segment: the current slice or volume, some frames, or all, as slices of a movie."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image, Labels, Layer

Scope = Literal["current slice", "current volume", "range of frames", "whole movie"]

_TIME = {"t", "time", "frame", "frames"}
"""What people call the axis of time, in lower case."""

Shape4D = tuple[int, int, int, int]
Plane = tuple[int, int]
"""(t, z): indices of a slice."""


def pixels_of(image: Image | Labels) -> Any:
    """The array of a layer; the finest level where it has several."""
    return image.data[0] if image.multiscale else image.data


def grid_of(image: Image | Labels) -> tuple[int, ...]:
    """Shape of what labels of a layer are: that of its pixels without the axis of their colours."""
    return tuple(pixels_of(image).shape[: image.ndim])


def shape_of(image: Image | Labels) -> Shape4D:
    """(T, Z, Y, X) of a layer of 2 to 4 dimensions."""
    t, z, y, x = (1, 1, *grid_of(image))[-4:]
    return (z, 1, y, x) if is_flat_movie(image) else (t, z, y, x)


def is_flat_movie(image: Layer) -> bool:
    """Whether the first of three axes is time, by its name; of a layer that names none it is Z."""
    return image.ndim == 3 and str(image.axis_labels[0]).lower() in _TIME


def frame_numbers(image: Image | Labels) -> tuple[int, ...]:
    """Number of each frame, as in its file name where the reader kept it; else its index."""
    frames = shape_of(image)[0]
    numbers = tuple(image.metadata.get("devolearn", {}).get("frames", ()))
    return numbers if len(numbers) == frames else tuple(range(frames))


def missing_frames(image: Image | Labels) -> frozenset[int]:
    """Indices along T of the frames that are empty because they have no file."""
    missing = set(image.metadata.get("devolearn", {}).get("missing", ()))
    return frozenset(t for t, number in enumerate(frame_numbers(image)) if number in missing)


def scopes_for(shape: Shape4D) -> tuple[Scope, ...]:
    """The scopes that mean something different for a movie of this shape."""
    several_frames, several_slices = shape[0] > 1, shape[1] > 1
    scopes: list[Scope] = ["current slice"]
    if several_slices:
        scopes.append("current volume")
    if several_frames:
        scopes += ["range of frames", "whole movie"]
    return tuple(scopes)


def plane_in_view(viewer: ViewerModel, image: Image) -> Plane:
    """The slice of an image that the viewer's sliders stand at, whichever axes are displayed.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    image : napari.layers.Image

    Returns
    -------
    (t, z)
        Indices, the nearest ones where the sliders stand outside of the image.
    """
    shape = shape_of(image)
    position = np.asarray(image.world_to_data(_point(viewer, image)))
    t, z = (0, 0, *np.rint(position[:-2]).astype(int))[-2:]
    if is_flat_movie(image):
        t, z = z, 0
    return int(np.clip(t, 0, shape[0] - 1)), int(np.clip(z, 0, shape[1] - 1))


def planes_in_scope(scope: Scope, shape: Shape4D, view: Plane, frames: Sequence[int] = ()) -> list[Plane]:
    """Slices to segment, frame by frame.

    Parameters
    ----------
    scope : Scope
    shape : tuple of int
        (T, Z, Y, X).
    view : (t, z)
        The current slice.
    frames : sequence of int
        Indices along T, for "range of frames".

    Returns
    -------
    list of (t, z)
    """
    if scope == "current slice":
        return [view]
    chosen = {
        "current volume": [view[0]],
        "range of frames": frames,
        "whole movie": range(shape[0]),
    }[scope]
    return [(t, z) for t in chosen for z in range(shape[1])]


def _point(viewer: ViewerModel, layer: Layer) -> list[float]:
    """Where the sliders stand, in the layer's units; napari's are those of all layers together."""
    point = list(viewer.dims.point[-layer.ndim :])
    if viewer.layers.units is None:
        return point
    units = zip(viewer.layers.units[-layer.ndim :], layer.units, strict=True)
    return [
        value if ours == theirs else float((value * theirs).to(ours).magnitude)
        for value, (theirs, ours) in zip(point, units, strict=True)
    ]
