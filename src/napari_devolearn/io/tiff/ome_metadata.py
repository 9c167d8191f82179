"""OME metadata of the tif files of this package."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any
from uuid import NAMESPACE_URL, uuid5

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.calibration import FARTHEST, check_interval
from napari_devolearn.io.tiff.promise import number

if TYPE_CHECKING:
    from xml.etree import ElementTree as ET

OME_TIFF: dict[str, Any] = {"ome": True, "compression": "zlib", "photometric": "minisblack"}
"""Arguments of `tifffile.imwrite` for all tif files of this package."""


def ome_metadata(
    axes: str,
    name: str,
    voxel_size: VoxelSize | None,
    frame_interval: float | None = None,
    frames: Sequence[int] | None = None,
    missing: Collection[int] = (),
    offset: Sequence[float] = (0.0, 0.0, 0.0),
    *,
    file: str,
) -> dict[str, Any]:
    """Metadata of an image for `tifffile.imwrite`, which writes them as OME-XML; unknown values are omitted.

    OME's identifier is computed from the file name and the arguments, so that equal results are equal files.
    Lengths and offset are those of `write_ome_tiff`.
    """
    if not name.isprintable():
        raise ImageFormatError(f"{file}: the name {name!r} has characters that XML does not allow; omit them")
    check_interval(frame_interval)
    metadata: dict[str, Any] = {"axes": axes, "Name": name}
    for axis, size in zip("ZYX", voxel_size or (), strict=False):
        metadata |= {f"PhysicalSize{axis}": float(size), f"PhysicalSize{axis}Unit": "µm"}
    if frame_interval is not None:
        metadata |= {"TimeIncrement": float(frame_interval), "TimeIncrementUnit": "min"}
    kept: dict[str, list[Any]] = {
        "frames": [int(number) for number in frames or ()],
        "missing": sorted(missing),
        "offset": [float(step) for step in offset] if any(offset) else [],
    }
    if ours := {key: ",".join(map(str, values)) for key, values in kept.items() if values}:
        metadata["MapAnnotation"] = {"Namespace": "napari-devolearn", **ours}
    # file names may contain bytes that are not UTF-8
    described = f"napari-devolearn:{file}:{metadata}".encode("utf-8", "backslashreplace").decode()
    identifier = uuid5(NAMESPACE_URL, described)
    return metadata | {"UUID": f"urn:uuid:{identifier}"}


def plane_positions(
    offset: Sequence[float], voxel_size: VoxelSize | None, shape: tuple[int, int, int, int]
) -> dict[str, Any]:
    """Stage positions of the planes in OME metadata; nothing if the offset is 0."""
    if not any(offset):
        return {}
    edges, unit = voxel_size or (1.0, 1.0, 1.0), "µm" if voxel_size else "pixel"
    z, y, x = (step * edge for step, edge in zip(offset, edges, strict=True))
    count, depth = shape[0] * shape[1], shape[1]
    plane: dict[str, Any] = {
        "PositionX": [x] * count,
        "PositionY": [y] * count,
        "PositionZ": [z + edges[0] * (index % depth) for index in range(count)],
    }
    return {"Plane": plane | {f"Position{axis}Unit": [unit] * count for axis in "XYZ"}}


def stored_metadata(root: ET.Element) -> dict[str, Any]:
    """Read frames, missing frames and offset of `ome_metadata` from OME-XML; invalid ones are omitted."""
    node = root.find(".//{*}MapAnnotation[@Namespace='napari-devolearn']")
    if node is None:
        return {}
    values = {item.get("K"): (item.text or "").split(",") for item in node.iter() if item.get("K")}
    offset = tuple(number(one) or 0.0 for one in values.get("offset", ()))
    known = len(offset) == 3 and all(abs(step) <= FARTHEST for step in offset)
    return {
        "frames": _frame_numbers(values.get("frames", [])),
        "missing": frozenset(_frame_numbers(values.get("missing", []))),
        "offset": offset if known else (0.0, 0.0, 0.0),
    }


def _frame_numbers(texts: list[str]) -> tuple[int, ...]:
    """Ascending integers; () if invalid."""
    numbers = [int(one) for one in texts if one.isdecimal() and len(one) < 10]
    rising = all(a < b for a, b in pairwise(numbers))
    return tuple(numbers) if rising and len(numbers) == len(texts) else ()
