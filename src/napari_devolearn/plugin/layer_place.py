"""Axes, voxel size, times and position of a layer, from its attributes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import DevolearnError, warn_caller
from napari_devolearn.io.core.units import minutes_in, um_in


def ours(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Metadata of this package in a layer."""
    found: Mapping[str, Any] = attributes.get("metadata", {}).get("devolearn", {})
    return found


def axes_of(attributes: Mapping[str, Any], ndim: int) -> str:
    """Axes from the axis labels; napari's default labels mean ZYX, or TYX if only Y and X are lengths."""
    named = "".join(str(name)[:1].lower() for name in attributes.get("axis_labels") or ())
    if len(named) == ndim == len(set(named)) and {"y", "x"} <= set(named) <= set("tzyx"):
        return named
    if not 2 <= ndim <= 4:
        raise DevolearnError(f"labels with {ndim} axes cannot be saved; reduce them to TZYX, ZYX or YX")
    lengths = [um_in(unit) is not None for unit in _units(attributes)]
    return "tyx" if lengths == [False, True, True] else "tzyx"[-ndim:]


def voxel_size_of(attributes: Mapping[str, Any], axes: str) -> VoxelSize | None:
    """Voxel size from a layer's scale and units, (Z, Y, X) in um; None if they have no unit of length.

    Raises DevolearnError if the scale is 0 or not finite.
    """
    edges: dict[str, float] = {}
    for axis, step, unit in zip(axes, attributes.get("scale", ()), _units(attributes), strict=False):
        um = um_in(unit)
        if um is None:
            continue
        if not 0 < abs(float(step)) < math.inf:
            name = attributes.get("name", "labels")
            raise DevolearnError(
                f"{name}: its scale {float(step):g} along {axis.upper()} is not a size; correct it"
            )
        edges[axis] = abs(float(step)) * um
    if {"y", "x"} <= edges.keys() and ("z" in edges or "z" not in axes):
        return edges.get("z", 1.0), edges["y"], edges["x"]
    return None


def offset_of(attributes: Mapping[str, Any], axes: str) -> tuple[float, float, float]:
    """Position of the first voxel, (Z, Y, X) in voxels."""
    translate, scale = attributes.get("translate", ()), attributes.get("scale", ())
    steps = {
        axis: round(float(place) / abs(float(step)), 6)
        for axis, place, step in zip(axes, translate, scale, strict=False)
        if float(step) and math.isfinite(float(place))
    }
    return steps.get("z", 0.0), steps.get("y", 0.0), steps.get("x", 0.0)


def frames_of(attributes: Mapping[str, Any], first: int, count: int) -> tuple[int, ...]:
    """Frame numbers: those that the reader stored, else counted from the first."""
    numbers = tuple(ours(attributes).get("frames", ()))
    return numbers if len(numbers) == count else tuple(range(first, first + count))


def first_time_of(attributes: Mapping[str, Any]) -> int:
    """First frame of the layer, in its own time steps."""
    translate, scale = attributes.get("translate", (0,)), attributes.get("scale", (1,))
    steps = float(translate[0]) / (abs(float(scale[0])) or 1.0)
    return round(steps) if math.isfinite(steps) else 0


def frame_numbers_of(time: npt.NDArray[np.float64], attributes: Mapping[str, Any]) -> npt.NDArray[np.int64]:
    """Frame numbers of points of a Tracks layer, from their times and the numbers that the reader stored."""
    shown = time.round().astype(np.int64) + first_time_of(attributes)
    numbers = np.array(ours(attributes).get("frames", ()), np.int64)
    index = shown - (numbers[0] if len(numbers) else 0)
    inside = len(numbers) > 0 and index.size > 0 and index.min() >= 0 and index.max() < len(numbers)
    return np.asarray(numbers[index] if inside else shown)


def frame_interval_of(attributes: Mapping[str, Any], axes: str) -> float | None:
    """Minutes between two frames: from the layer's scale along T, else as stored by the reader."""
    for axis, step, unit in zip(axes, attributes.get("scale", ()), _units(attributes), strict=False):
        minutes = minutes_in(unit) if axis == "t" else None
        if minutes and 0 < abs(float(step)) < math.inf:
            return abs(float(step)) * minutes
    kept = ours(attributes).get("frame_interval")
    return float(kept) if kept else None


def warn_of_what_is_lost(attributes: Mapping[str, Any], axes: str) -> None:
    """Warn about what files do not store: a scale without a unit, a mirror, a rotation."""
    name = str(attributes.get("name", "labels"))
    scale = dict(zip(axes, attributes.get("scale", ()), strict=False))
    lengths = {axis: float(scale[axis]) for axis in "zyx" if axis in scale}
    edges = [f"{edge:g}" for edge in lengths.values() if edge != 1]
    if edges and voxel_size_of(attributes, axes) is None:
        warn_caller(
            f"{name}: its scale ({' x '.join(edges)}) has no unit of length, so it is saved without a voxel "
            "size; set layer.units to 'um' first if these are um"
        )
    if mirrored := ", ".join(axis.upper() for axis, edge in lengths.items() if edge < 0):
        warn_caller(
            f"{name}: its scale is negative along {mirrored}; files do not store mirroring, so it is saved "
            "unmirrored, with the size of the scale"
        )
    places = dict(zip(axes, map(float, attributes.get("translate", ())), strict=False))
    if lost := ", ".join(axis.upper() for axis, place in places.items() if not math.isfinite(place)):
        warn_caller(f"{name}: its position along {lost} is not a number, so it is saved at 0")
    steps = places.get("t", 0.0) / (float(scale.get("t", 1)) or 1.0)
    if math.isfinite(steps) and abs(steps - round(steps)) > 1e-3:
        warn_caller(f"{name}: begins at frame {steps:g}; its frames are saved from {round(steps)} on")
    if _is_turned(attributes):
        warn_caller(
            f"{name}: it is rotated, sheared or transformed; files store only scale and position, so it is "
            "saved without the transformation"
        )


def _is_turned(attributes: Mapping[str, Any]) -> bool:
    matrices = [np.asarray(attributes.get(key, 0), float) for key in ("rotate", "affine")]
    turned = any(one.ndim == 2 and not np.allclose(one, np.eye(len(one))) for one in matrices)
    return turned or bool(np.any(np.asarray(attributes.get("shear", 0), float) != 0))


def _units(attributes: Mapping[str, Any]) -> list[str]:
    return [str(unit) for unit in attributes.get("units") or ()]
