"""Read and check the metadata of an OME-Zarr image: NGFF 0.1 to 0.5, https://ngff.openmicroscopy.org."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

from napari_devolearn.exceptions import ImageFormatError, warn_caller
from napari_devolearn.io.core.border import expect, expect_list, reading
from napari_devolearn.io.core.calibration import UNKNOWN, Calibration, calibration_from
from napari_devolearn.io.core.units import minutes_in, um_in, unknown_units
from napari_devolearn.io.ome_zarr.transforms import first_frame_of, scale_and_translation, steps_of

OURS = "napari-devolearn"
"""Attribute for metadata of this package that NGFF does not define."""

_BEFORE_AXES_HAD_NAMES = ("t", "c", "z", "y", "x")  # NGFF 0.1 and 0.2


class Multiscale(NamedTuple):
    """An image in several resolutions; the other fields are those of `ImageFile`.

    `axes`: such as ("t", "z", "y", "x"), in the order of the array.
    `levels`: paths of the arrays, the finest first.
    `scales`: pixel size along each axis, for each level.
    `first_frame`: number of the first frame, unless this package stored the numbers in `frames`.
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
    channel_names: tuple[str, ...]


def reading_attributes(path: Path) -> AbstractContextManager[None]:
    """Turn errors in the attributes of a group into one line, as `reading`."""
    return reading(path, "OME-Zarr attributes", remedy="correct its attributes or save it again")


def ome_attributes(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """The NGFF attributes of a group, of any version; raises ValueError if they are not an object."""
    return expect(attributes.get("ome", attributes), dict, "ome")


def names_in(attributes: Mapping[str, Any], key: str) -> list[str]:
    """A list of names among the attributes of a group, or []; raises ValueError if they are not strings."""
    return expect_list(ome_attributes(attributes).get(key) or [], str, key)


def read_multiscale(attributes: Mapping[str, Any], path: Path) -> Multiscale | None:
    """Read the first image that a group describes; None if there is none. `path` is for messages.

    Warns about further images and transformations that are not supported. Raises ImageFormatError if an
    attribute has a type other than NGFF's, or there are axes other than T, C, Z, Y and X.
    """
    with reading_attributes(path):
        ome = ome_attributes(attributes)
        described = expect(ome.get("multiscales") or [], list, "multiscales")
        if not described:
            return None
        image = expect(described[0], dict, "multiscales[0]")
        names, units = _axes(image, path)
        datasets = expect_list(image.get("datasets"), dict, "datasets")
        if not datasets:
            raise ValueError("datasets is empty")
        placed = [scale_and_translation(dataset, image, len(names), path) for dataset in datasets]
        levels = tuple(expect(dataset.get("path"), str, "path") for dataset in datasets)
        frames, missing = _stored_frames(attributes)
    if len(described) > 1:
        warn_caller(
            f"{path}: describes {len(described)} images; only the first one is opened; store the others in "
            "separate groups to open them"
        )
    scale, translation = placed[0]
    at = {name: steps_of(path, name, *by) for name, *by in zip(names, scale, translation, strict=True)}
    return Multiscale(
        axes=names,
        levels=levels,
        scales=tuple(tuple(scale) for scale, _ in placed),
        calibration=_calibration(names, units, scale),
        offset=(at.get("z", 0.0), at.get("y", 0.0), at.get("x", 0.0)),
        first_frame=first_frame_of(at.get("t", 0.0), path),
        name=str(image.get("name") or ""),
        labels="image-label" in ome,
        frames=frames,
        missing=missing,
        channel_names=_channel_names(ome),
    )


def _channel_names(ome: Mapping[str, Any]) -> tuple[str, ...]:
    """Labels of the channels, which NGFF leaves to OMERO's rendering settings; none if one has no label."""
    omero = ome.get("omero")
    channels = omero.get("channels") if isinstance(omero, dict) else None
    found = channels if isinstance(channels, list) else []
    names = [one.get("label") if isinstance(one, dict) else None for one in found]
    return tuple(map(str, names)) if all(names) else ()


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
