"""Read and check the metadata of an OME-Zarr image: NGFF 0.1 to 0.5, https://ngff.openmicroscopy.org."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from napari_devolearn.exceptions import ImageFormatError, warn_caller
from napari_devolearn.io.core.border import expect, reading
from napari_devolearn.io.core.calibration import FARTHEST, UNKNOWN, Calibration, calibration_from
from napari_devolearn.io.core.units import minutes_in, um_in, unknown_units

OURS = "napari-devolearn"
"""Attribute for metadata of this package that NGFF does not define."""

_BEFORE_AXES_HAD_NAMES = ("t", "c", "z", "y", "x")  # NGFF 0.1 and 0.2
_REMEDY = "correct its attributes or save it again"


class Multiscale(NamedTuple):
    """An image in several resolutions; the other fields are those of `ImageFile`.

    Parameters
    ----------
    axes : tuple of str
        Such as ("t", "z", "y", "x"), in the order of the array.
    levels : tuple of str
        Paths of the arrays, the finest first.
    scales : tuple of tuple of float
        Pixel size along each axis, for each level.
    first_frame : int
        Number of the first frame, unless this package stored the numbers in `frames`.
    """

    axes: tuple[str, ...]
    levels: tuple[str, ...]
    scales: tuple[tuple[float, ...], ...]
    calibration: Calibration
    offset: tuple[float, float, float]
    first_frame: int
    name: str
    labels: bool
    frames: tuple[int, ...]
    missing: frozenset[int]


def ome_attributes(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """The NGFF attributes of a group, of any version; raises ValueError if they are not an object."""
    return expect(attributes.get("ome", attributes), dict, "ome")


def names_in(attributes: Mapping[str, Any], key: str) -> list[str]:
    """A list of names among the attributes of a group, or []; raises ValueError if they are not strings."""
    found = expect(ome_attributes(attributes).get(key) or [], list, key)
    return [expect(name, str, f"{key}[{place}]") for place, name in enumerate(found)]


def read_multiscale(attributes: Mapping[str, Any], path: Path) -> Multiscale | None:
    """Read the first image that a group describes; None if there is none. `path` is for messages.

    Warns about further images and transformations that are not supported. Raises ImageFormatError if an
    attribute has a type other than NGFF's, or there are axes other than T, C, Z, Y and X.
    """
    with reading(path, "OME-Zarr attributes", remedy=_REMEDY):
        ome = ome_attributes(attributes)
        described = expect(ome.get("multiscales") or [], list, "multiscales")
        if not described:
            return None
        image = expect(described[0], dict, "multiscales[0]")
        names, units = _axes(image, path)
        datasets = [
            expect(one, dict, f"datasets[{place}]")
            for place, one in enumerate(expect(image.get("datasets"), list, "datasets"))
        ]
        if not datasets:
            raise ValueError("datasets is empty")
        placed = [_placed(dataset, image, len(names), path) for dataset in datasets]
        levels = tuple(expect(dataset.get("path"), str, "path") for dataset in datasets)
        frames, missing = _stored_frames(attributes)
    if len(described) > 1:
        warn_caller(
            f"{path}: describes {len(described)} images; only the first one is opened; store the others in "
            "separate groups to open them"
        )
    scale, translation = placed[0]
    at = {
        name: _steps(path, name, *placed_by)
        for name, *placed_by in zip(names, scale, translation, strict=True)
    }
    return Multiscale(
        axes=names,
        levels=levels,
        scales=tuple(tuple(scale) for scale, _ in placed),
        calibration=_calibration(names, units, scale),
        offset=(at.get("z", 0.0), at.get("y", 0.0), at.get("x", 0.0)),
        first_frame=_first_frame(at.get("t", 0.0), path),
        name=str(image.get("name") or ""),
        labels="image-label" in ome,
        frames=frames,
        missing=missing,
    )


def _axes(image: Mapping[str, Any], path: Path) -> tuple[tuple[str, ...], list[str]]:
    """Names and units of the axes."""
    axes = [
        {"name": axis} if isinstance(axis, str) else expect(axis, dict, f"axes[{place}]")
        for place, axis in enumerate(expect(image.get("axes") or [], list, "axes"))
    ]
    names = tuple(str(axis.get("name")) for axis in axes) or _BEFORE_AXES_HAD_NAMES
    if not set(names) <= set("tczyx") or len(set(names)) < len(names) or not {"y", "x"} <= set(names):
        raise ImageFormatError(
            f"{path}: has the axes {', '.join(names)}; save it with axes among T, C, Z, Y and X"
        )
    return names, [str(axis.get("unit", "")) for axis in axes]


def _placed(
    dataset: Mapping[str, Any], image: Mapping[str, Any], axes: int, path: Path
) -> tuple[list[float], list[float]]:
    """Scale and translation of an array: its own transformations, then those of its image."""
    scale, translation = [1.0] * axes, [0.0] * axes
    for described in (dataset, image):
        steps = expect(described.get("coordinateTransformations") or [], list, "coordinateTransformations")
        for step in steps:
            kind = expect(step, dict, "a coordinateTransformation").get("type")
            if kind == "scale":
                values = _numbers(step, "scale", axes)
                scale = [a * b for a, b in zip(scale, values, strict=True)]
                translation = [a * b for a, b in zip(translation, values, strict=True)]
            elif kind == "translation":
                values = _numbers(step, "translation", axes)
                translation = [a + b for a, b in zip(translation, values, strict=True)]
            elif kind != "identity":
                warn_caller(
                    f"{path}: a transformation of type {kind!r} is not applied; only scale and translation "
                    "are supported"
                )
    return scale, translation


def _numbers(step: Mapping[str, Any], key: str, count: int) -> list[float]:
    values = [
        float(expect(value, float, f"{key} {value!r:.40}")) for value in expect(step.get(key), list, key)
    ]
    if len(values) != count:
        raise ValueError(f"{key} has {len(values)} numbers for {count} axes")
    return values


def _steps(path: Path, axis: str, scale: float, translation: float) -> float:
    """Translation in steps of the axis; 0 if it is implausible."""
    if not translation:
        return 0.0
    if 0 < abs(scale) < math.inf and abs(translation) <= FARTHEST * abs(scale):
        return round(translation / abs(scale), 6)
    warn_caller(
        f"{path}: the translation {translation:g} at a scale of {scale:g} along {axis} is implausible; 0 is "
        "used"
    )
    return 0.0


def _first_frame(steps: float, path: Path) -> int:
    first = round(steps)
    if first >= 0 and abs(steps - first) < 1e-3:
        return first
    warn_caller(f"{path}: begins {steps:g} frames after time 0; frames are numbered 0, 1, .. instead")
    return 0


def _stored_frames(attributes: Mapping[str, Any]) -> tuple[tuple[int, ...], frozenset[int]]:
    ours = expect(attributes.get(OURS, {}), dict, OURS)

    def numbers(key: str) -> list[int]:
        return [expect(one, int, f"{OURS}.{key}") for one in expect(ours.get(key, []), list, f"{OURS}.{key}")]

    frames = numbers("frames")
    if frames and (frames[0] < 0 or any(b <= a for a, b in pairwise(frames))):
        raise ValueError(f"{OURS}.frames is not ascending from 0 or more")
    return tuple(frames), frozenset(numbers("missing"))


def _calibration(names: Sequence[str], units: Sequence[str], scale: Sequence[float]) -> Calibration:
    steps, named = dict(zip(names, scale, strict=True)), dict(zip(names, units, strict=False))
    um = {axis: um_in(named.get(axis)) for axis in "zyx"}
    edges = {
        axis.upper(): steps[axis] * unit if unit and axis in steps else None for axis, unit in um.items()
    }
    minutes = minutes_in(named.get("t"))
    known = calibration_from(
        edges,
        steps["t"] * minutes if minutes and "t" in steps else None,
        origin="OME-Zarr metadata",
        slices=2 if "z" in names else 1,
        notes=unknown_units({f"unit of {axis}": named.get(axis) for axis in "zyx"}),
    )
    if known.voxel_size or known.notes:
        return known
    return replace(known, origin=f"{UNKNOWN} (no unit in the OME-Zarr)")
