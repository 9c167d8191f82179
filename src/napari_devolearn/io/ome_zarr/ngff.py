"""What OME-Zarr says of its arrays: the multiscales of NGFF 0.4 and 0.5, https://ngff.openmicroscopy.org."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.calibration import UNKNOWN, Calibration

OURS = "napari-devolearn"
"""Attribute under which this package keeps what NGFF has no room for."""

_UM = {"angstrom": 1e-4, "nanometer": 1e-3, "micrometer": 1.0, "millimeter": 1e3, "meter": 1e6}
_MINUTES = {"millisecond": 1 / 60000, "second": 1 / 60, "minute": 1.0, "hour": 60.0, "day": 1440.0}
_BEFORE_AXES_HAD_NAMES = ("t", "c", "z", "y", "x")  # NGFF 0.1 and 0.2


class Multiscale(NamedTuple):
    """One image of several resolutions.

    Parameters
    ----------
    axes : tuple of str
        Such as ("t", "z", "y", "x"), in the order of the array.
    levels : tuple of str
        Paths of the arrays, the finest first.
    calibration : Calibration
    name : str
    """

    axes: tuple[str, ...]
    levels: tuple[str, ...]
    calibration: Calibration
    name: str


def ome_attributes(attributes: Mapping[str, Any]) -> Mapping[str, Any]:
    """Attributes of a group that are NGFF's, whichever version wrote them."""
    found: Mapping[str, Any] = attributes.get("ome", attributes)
    return found


def read_multiscale(attributes: Mapping[str, Any], path: Path) -> Multiscale | None:
    """Read the first image that a group describes.

    Parameters
    ----------
    attributes : mapping
        Of the group.
    path : Path
        For messages.

    Returns
    -------
    Multiscale or None
        None if the group describes no image.

    Raises
    ------
    ImageFormatError
        If it describes one of other axes than T, C, Z, Y and X.
    """
    described: Sequence[Mapping[str, Any]] = ome_attributes(attributes).get("multiscales") or ()
    if not described:
        return None
    first = described[0]
    axes = [{"name": axis} if isinstance(axis, str) else axis for axis in first.get("axes", ())]
    names = tuple(str(axis["name"]) for axis in axes) or _BEFORE_AXES_HAD_NAMES
    if not set(names) <= set("tczyx") or len(set(names)) < len(names) or not {"y", "x"} <= set(names):
        raise ImageFormatError(f"{path}: has the axes {', '.join(names)}; give one of T, C, Z, Y and X")
    levels = tuple(str(dataset["path"]) for dataset in first["datasets"])
    units = [str(axis.get("unit", "")) for axis in axes]
    scale = _scale(first["datasets"][0], first, len(names))
    calibration = _calibration(names, units, scale)
    return Multiscale(names, levels, calibration, str(first.get("name", "")))


def multiscale_attributes(
    name: str,
    levels: Mapping[str, Sequence[int]],
    voxel_size: VoxelSize | None,
    frame_interval: float | None,
    *,
    labels: bool,
    version: str,
) -> dict[str, Any]:
    """Describe an image of axes TZYX.

    Parameters
    ----------
    name : str
    levels : mapping of str to sequence of int
        Path of each array, and by how much it is coarser in (Z, Y, X) than the first.
    voxel_size : tuple of float or None
        (Z, Y, X) in um.
    frame_interval : float or None
        Minutes.
    labels : bool
        The values are labels.
    version : {"0.4", "0.5"}

    Returns
    -------
    dict
        Attributes of the group that the paths are relative to.
    """
    space = {"type": "space", **({"unit": "micrometer"} if voxel_size else {})}
    time = {"type": "time", **({"unit": "minute"} if frame_interval else {})}
    edges = voxel_size or (1.0, 1.0, 1.0)

    def scale(steps: Sequence[int]) -> list[float]:
        return [frame_interval or 1.0, *(edge * step for edge, step in zip(edges, steps, strict=True))]

    image: dict[str, Any] = {
        "name": name,
        "type": "nearest",  # how the coarser levels were made
        "axes": [{"name": "t", **time}, *({"name": axis, **space} for axis in "zyx")],
        "datasets": [
            {"path": path, "coordinateTransformations": [{"type": "scale", "scale": scale(steps)}]}
            for path, steps in levels.items()
        ],
    }
    label = {"image-label": {"source": {"image": "../../"}}} if labels else {}
    if version == "0.4":
        return {"multiscales": [{"version": version, **image}], **label}
    return {"ome": {"version": version, "multiscales": [image], **label}}


def _scale(dataset: Mapping[str, Any], image: Mapping[str, Any], axes: int) -> list[float]:
    """What the transformations of an array and of its image multiply to; each may be left out."""
    scale = [1.0] * axes
    for described in (dataset, image):
        for step in described.get("coordinateTransformations", ()):
            if step.get("type") == "scale":
                scale = [a * float(b) for a, b in zip(scale, step["scale"], strict=True)]
    return scale


def _calibration(names: Sequence[str], units: Sequence[str], scale: Sequence[float]) -> Calibration:
    found = dict(zip(names, zip(units, scale, strict=False), strict=False))

    def size(axis: str, table: Mapping[str, float]) -> float | None:
        unit, step = found.get(axis, ("", 0.0))
        return table[unit] * step if unit in table and step > 0 else None

    z, y, x = (size(axis, _UM) for axis in "zyx")
    if "z" not in names:
        z = 1.0
    interval = size("t", _MINUTES)
    if z and y and x:
        return Calibration(voxel_size=(z, y, x), origin="OME-Zarr metadata", frame_interval=interval)
    return Calibration(origin=f"{UNKNOWN} (OME-Zarr names no unit)", frame_interval=interval)
