"""Layers that are to be saved, as arrays with a voxel size, frame numbers and a place."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import ArrayLike4D, VoxelSize
from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.lineage.tracks import Tracks

_UM_PER_UNIT = {
    "um": 1.0, "µm": 1.0, "μm": 1.0, "micron": 1.0, "micrometer": 1.0,
    "nm": 1e-3, "nanometer": 1e-3, "mm": 1e3, "millimeter": 1e3, "m": 1e6, "meter": 1e6,
}  # fmt: skip


class SavedLabels(NamedTuple):
    """A Labels layer as it is saved.

    Parameters
    ----------
    data : array-like, (T, Z, Y, X)
    voxel_size : tuple of float or None
        (Z, Y, X) in um.
    frames : tuple of int
        Frame numbers.
    first_time : int
        Where the layer begins along T, in frames.
    missing : frozenset of int
        Numbers of frames without an image.
    offset : tuple of float
        Where the first voxel lies, (Z, Y, X) in voxels.
    """

    data: ArrayLike4D
    voxel_size: VoxelSize | None
    frames: tuple[int, ...]
    first_time: int
    missing: frozenset[int]
    offset: tuple[float, float, float]

    def there(self) -> SavedLabels:
        """Without the frames that are missing; one that somebody has drawn into is not."""
        chosen = [
            t
            for t, frame in enumerate(self.frames)
            if frame not in self.missing or np.asarray(self.data[t]).any()
        ]
        if len(chosen) == len(self.frames):
            return self
        return self._replace(data=self.data[chosen], frames=tuple(self.frames[t] for t in chosen))


def ours(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Metadata that this package keeps with a layer."""
    found: Mapping[str, Any] = attributes.get("metadata", {}).get("devolearn", {})
    return found


def labels_of(data: Any, attributes: Mapping[str, Any]) -> SavedLabels:
    """Bring a Labels layer to TZYX, with its voxel size, frame numbers and place.

    Parameters
    ----------
    data : array-like
        Of 2 to 4 axes.
    attributes : mapping
        Of the layer, as napari gives them.

    Returns
    -------
    SavedLabels
    """
    if attributes.get("multiscale"):
        data = data[0]
    axes = _axes(attributes, data.ndim)
    order = [axes.index(axis) for axis in "tzyx" if axis in axes]
    if order != sorted(order):
        data = data.transpose(order)
    present = tuple(slice(None) if axis in axes else None for axis in "tzyx")
    stack = data[present] if None in present else data
    first = _first_time(attributes) if axes.startswith("t") else 0
    voxel_size = voxel_size_of(attributes, axes)
    if voxel_size is None:
        _warn_of_a_lost_scale(attributes, axes)
    frames = _frames(attributes, first, len(stack))
    missing = frozenset(ours(attributes).get("missing", ())) & set(frames)
    return SavedLabels(stack, voxel_size, frames, first, missing, _offset(attributes, axes))


def _offset(attributes: Mapping[str, Any], axes: str) -> tuple[float, float, float]:
    """Where the first voxel lies, (Z, Y, X) in voxels."""
    translate, scale = attributes.get("translate", ()), attributes.get("scale", ())
    steps = {
        axis: round(float(place) / float(step), 6)
        for axis, place, step in zip(axes, translate, scale, strict=False)
        if float(step) and np.isfinite(float(place))
    }
    return steps.get("z", 0.0), steps.get("y", 0.0), steps.get("x", 0.0)


def _warn_of_a_lost_scale(attributes: Mapping[str, Any], axes: str) -> None:
    """Tell that a scale without a unit of length says nothing of sizes."""
    scale = dict(zip(axes, attributes.get("scale", ()), strict=False))
    if edges := [f"{float(scale[axis]):g}" for axis in "zyx" if axis in scale and float(scale[axis]) != 1]:
        warnings.warn(
            f"{attributes.get('name', 'labels')}: its scale ({' x '.join(edges)}) has no unit of length, "
            "so it is saved without a voxel size; set layer.units to 'um' first if these are um",
            stacklevel=5,
        )


def _axes(attributes: Mapping[str, Any], ndim: int) -> str:
    """Read the axes off the labels; napari's own, such as "-3", mean ZYX, or TYX if so scaled."""
    named = "".join(str(name)[:1].lower() for name in attributes.get("axis_labels") or ())
    if len(named) == ndim == len(set(named)) and {"y", "x"} <= set(named) <= set("tzyx"):
        return named
    if not 2 <= ndim <= 4:
        raise DevolearnError(f"labels with {ndim} axes cannot be saved; need TZYX, ZYX or YX")
    lengths = [unit in _UM_PER_UNIT for unit in _units(attributes)]
    return "tyx" if lengths == [False, True, True] else "tzyx"[-ndim:]


def _units(attributes: Mapping[str, Any]) -> list[str]:
    return [str(unit) for unit in attributes.get("units") or ()]


def voxel_size_of(attributes: Mapping[str, Any], axes: str) -> VoxelSize | None:
    """Voxel size that a layer's scale and units give, (Z, Y, X) in um; None if they give none.

    Parameters
    ----------
    attributes : mapping
        Of the layer.
    axes : str
        Such as "tzyx".

    Returns
    -------
    tuple of float or None
    """
    edges = {
        axis: float(scale) * _UM_PER_UNIT[unit]
        for axis, scale, unit in zip(axes, attributes.get("scale", ()), _units(attributes), strict=False)
        if unit in _UM_PER_UNIT
    }
    if {"y", "x"} <= edges.keys() and ("z" in edges or "z" not in axes):
        return edges.get("z", 1.0), edges["y"], edges["x"]
    return None


def _frames(attributes: Mapping[str, Any], first: int, count: int) -> tuple[int, ...]:
    numbers = tuple(ours(attributes).get("frames", ()))
    return numbers if len(numbers) == count else tuple(range(first, first + count))


def _first_time(attributes: Mapping[str, Any]) -> int:
    """Where the layer begins in time, counted in its own steps."""
    translate, scale = attributes.get("translate", (0,)), attributes.get("scale", (1,))
    return round(float(translate[0]) / float(scale[0]))


def frame_numbers_of(time: npt.NDArray[np.float64], attributes: Mapping[str, Any]) -> npt.NDArray[np.int64]:
    """Frame numbers of the points of a Tracks layer.

    Parameters
    ----------
    time : ndarray, (N,)
        Along T, as the layer's data have it.
    attributes : mapping
        Of the layer; where the reader kept the numbers of the files, they are taken.

    Returns
    -------
    ndarray, (N,), int64
    """
    shown = time.round().astype(np.int64) + _first_time(attributes)
    numbers = np.array(ours(attributes).get("frames", ()), np.int64)
    index = shown - (numbers[0] if len(numbers) else 0)
    inside = len(numbers) > 0 and index.size > 0 and index.min() >= 0 and index.max() < len(numbers)
    return np.asarray(numbers[index] if inside else shown)


def tracks_of(data: Any, attributes: Mapping[str, Any], labels: SavedLabels) -> Tracks:
    """Read the tracks of a Tracks layer that lies on labels.

    Parameters
    ----------
    data : array-like, (N, 4 or 5)
    attributes : mapping
        Of the layer.
    labels : SavedLabels

    Returns
    -------
    Tracks
        Frames are those of the labels.

    Raises
    ------
    DevolearnError
        If points lie outside the frames of the labels.
    """
    # on the screen frames without a file take no room, in the table they do
    index = np.asarray(data)[:, 1].round().astype(int) + _first_time(attributes) - labels.first_time
    if index.size and (index.min() < 0 or index.max() >= len(labels.frames)):
        raise DevolearnError(
            f"the Tracks layer has points outside the {len(labels.frames)} frames of the Labels layer; "
            "select the two that belong together"
        )
    points = np.column_stack([np.asarray(data)[:, 0], np.take(labels.frames, index)])
    return Tracks.from_napari(points, attributes.get("graph"))
