"""Voxel size and frame interval: from the caller, the file, the CTC table, or unknown.

One rule for every length and interval: finite and above 0, otherwise unknown, with a note.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.ctc_datasets import find_ctc_dataset

UNKNOWN = "unknown: sizes are in pixels"

_EDGES = (1e-4, 1e5)  # um: plausible edges of a voxel, from the size of an atom to 10 cm
_MINUTES = (1e-9, 1e6)  # minutes: plausible frame intervals, from a fraction of a microsecond to two years
_NUCLEUS = 20.0  # um: largest plausible diameter of a nucleus; larger pixels get a warning
_FINEST = 0.01  # um: smallest plausible pixel of a light microscope
_IMAGE = 0.3  # um: smallest plausible width of an image
FARTHEST = 1e9
"""Voxels: farthest plausible position of an image."""


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """Voxel size (Z, Y, X) in um and frame interval in minutes, if known, and where they come from.

    `origin` is the source of the voxel size, as text; `notes` are implausible values in the file, for a
    warning. A `flat` image has a single slice and no size along Z, which is set to 1 um.
    """

    voxel_size: VoxelSize | None = None
    origin: str = UNKNOWN
    frame_interval: float | None = None
    notes: tuple[str, ...] = ()
    flat: bool = False


def find_calibration(
    path: Path, of_file: Calibration | None, voxel_size: Sequence[float] | None = None
) -> Calibration:
    """Use the voxel size from the caller, else from the file, else from the CTC table, else unknown.

    A folder of `path` may have the name of a CTC data set. Raises ImageFormatError if the caller's voxel
    size, (Z, Y, X) or (Y, X) in um, is not two or three positive lengths.
    """
    found = of_file or Calibration()
    row = find_ctc_dataset(path)
    interval = found.frame_interval or (row.frame_interval if row else None)
    if voxel_size is not None:
        edges = check_voxel_size(voxel_size)
        found = Calibration(voxel_size=edges, origin="given by the caller")
    elif found.voxel_size is None and row:
        found = Calibration(voxel_size=row.voxel_size, origin=f"CTC table: {row.name}")
    return replace(found, frame_interval=interval)


def calibration_from(
    edges: Mapping[str, float | None],
    interval: float | None = None,
    *,
    origin: str,
    slices: int,
    notes: Sequence[str] = (),
) -> Calibration:
    """Check the values of a header.

    `edges` are in um, by ``"Z"``, ``"Y"`` and ``"X"``, None if missing in the header; `interval` is in
    minutes; `origin` is the source of the values, such as ``"OME metadata"``; `slices` is the size along Z,
    since for a single plane a missing Z edge is set to 1 um; `notes` are earlier notes. Negative lengths
    become positive (some programs write the direction of the stage); implausible ones become unknown; both
    are noted.
    """
    remarks = list(notes)
    size = {axis: _possible(edges.get(axis), _EDGES, f"{axis} edge of", "um", remarks) for axis in "ZYX"}
    minutes = _possible(interval, _MINUTES, "frame interval of", "min", remarks)
    flat = slices == 1 and edges.get("Z") is None
    if flat:
        size["Z"] = 1.0
    z, y, x = size["Z"], size["Y"], size["X"]
    if z and y and x:
        return Calibration(
            voxel_size=(z, y, x), origin=origin, frame_interval=minutes, notes=tuple(remarks), flat=flat
        )
    why = UNKNOWN
    if remarks:
        why = f"{UNKNOWN} ({'; '.join(remarks)})"
    elif y and x:
        why = f"{UNKNOWN} ({origin}: {y:g} x {x:g} um in Y and X, but no size along Z)"
    return Calibration(origin=why, frame_interval=minutes, notes=tuple(remarks))


def _possible(
    value: float | None, limits: tuple[float, float], what: str, unit: str, notes: list[str]
) -> float | None:
    if value is None:
        return None
    if limits[0] <= abs(value) <= limits[1]:  # also false for NaN
        if value < 0:
            notes.append(f"the {what} {value:g} {unit} is read as {-value:g}")
        return abs(value)
    notes.append(f"the {what} {value:g} {unit} is implausible and is treated as unknown")
    return None


def size_warnings(voxel_size: VoxelSize | None, shape: Sequence[int]) -> list[str]:
    """At most one warning, with a remedy, about a voxel size that probably has the wrong unit."""
    if voxel_size is None:
        return []
    widths = [edge * size for edge, size in zip(voxel_size[1:], shape[-2:], strict=True)]
    remedy = "give the right voxel size (--voxel-size Z,Y,X in um)"
    if is_coarse(voxel_size):
        return [f"a pixel of {max(voxel_size[1:]):g} um is larger than a nucleus; {remedy}"]
    fine = 1 if voxel_size[2] <= voxel_size[1] else 0
    if min(voxel_size[1:]) < _FINEST or (max(widths) < _IMAGE and min(shape[-2:]) > 1):
        return [
            f"a pixel of {voxel_size[1 + fine]:g} um makes the whole image {widths[fine]:.2g} um "
            f"{('high', 'wide')[fine]}, less than light microscopes show; {remedy}"
        ]
    return []


def is_coarse(voxel_size: VoxelSize) -> bool:
    """Whether a pixel is larger than a nucleus, so that nothing can be found."""
    return max(voxel_size[1:]) > _NUCLEUS


def check_interval(minutes: float | None) -> None:
    """Raise ImageFormatError if a frame interval is not plausible; None means unknown."""
    least, most = _MINUTES
    if minutes is not None and not any(least <= interval <= most for interval in _numbers([minutes])):
        raise ImageFormatError(
            f"frame interval {minutes} min: give minutes above 0 and up to {most:g}, or None if unknown"
        )


def check_voxel_size(voxel_size: Sequence[float], slices: int = 1) -> VoxelSize:
    """Convert a caller's voxel size, (Z, Y, X) or (Y, X) in um, to (Z, Y, X), with Z = 1 if it is not given.

    Raises ImageFormatError if these are not three plausible lengths, or two for a single slice.
    """
    edges = _numbers(voxel_size)
    if len(edges) not in (2, 3) or not all(0 < edge < math.inf for edge in edges):
        given = edges or repr(voxel_size)[:40]
        raise ImageFormatError(f"voxel size {given}: give Z, Y, X (or Y, X) in um, each above 0")
    if not all(_EDGES[0] <= edge <= _EDGES[1] for edge in edges):
        raise ImageFormatError(
            f"voxel size {edges}: implausible; give Z, Y, X in um, each from {_EDGES[0]:g} to {_EDGES[1]:g}"
        )
    if len(edges) == 2 and slices > 1:
        raise ImageFormatError(f"voxel size {edges}: give Z, Y, X in um, since there are {slices} slices")
    z, y, x = edges if len(edges) == 3 else (1.0, *edges)
    return z, y, x


def check_offset(offset: Sequence[float]) -> None:
    """Refuse the position of a first voxel that is not three plausible numbers, (Z, Y, X) in voxels."""
    steps = _numbers(offset)
    if len(steps) != 3 or not all(abs(step) <= FARTHEST for step in steps):
        raise ImageFormatError(f"offset {steps or repr(offset)[:40]}: give Z, Y, X in voxels, as numbers")


def _numbers(values: Any) -> tuple[float, ...]:
    """The values as numbers; none if they are a single number, text or None."""
    if isinstance(values, str):  # its characters are no lengths
        return ()
    try:
        return tuple(float(value) for value in values)
    except (TypeError, ValueError):
        return ()
