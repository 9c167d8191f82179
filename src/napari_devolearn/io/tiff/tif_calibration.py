"""What a tif's own metadata, ImageJ's or OME's, say of its voxel size and frame interval.

The plain TIFF tags XResolution and YResolution are not believed: writers fill them with 1/1 or
72 dpi, and masks often have other ones than their images.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from xml.etree import ElementTree as ET

from napari_devolearn.io.core.calibration import UNKNOWN, Calibration

if TYPE_CHECKING:
    import tifffile

_UM = {
    "um": 1.0, "µm": 1.0, "μm": 1.0, "\\u00b5m": 1.0, "micron": 1.0, "microns": 1.0, "micrometer": 1.0,
    "micrometers": 1.0, "nm": 1e-3, "nanometer": 1e-3, "mm": 1e3, "millimeter": 1e3,
}  # fmt: skip
"""um in a unit as ImageJ writes it; inch and cm, which come from printers' dpi, say nothing."""

_OME_UM = {
    **_UM, "m": 1e6, "dm": 1e5, "cm": 1e4, "pm": 1e-6, "å": 1e-4, "in.": 25400.0,
}  # fmt: skip
"""um in a unit of the OME schema's UnitsLength, in lower case."""

_MINUTES = {
    "ms": 1 / 60000, "msec": 1 / 60000, "s": 1 / 60, "sec": 1 / 60, "seconds": 1 / 60, "min": 1.0,
    "minutes": 1.0, "h": 60.0, "hr": 60.0, "hour": 60.0, "hours": 60.0, "d": 1440.0,
}  # fmt: skip


def calibration_of_tif(tif: tifffile.TiffFile, slices: int) -> Calibration | None:
    """Read the calibration of a tif.

    Parameters
    ----------
    tif : tifffile.TiffFile
        Open.
    slices : int
        Size along Z; of a single plane the missing Z edge is taken as 1 um.

    Returns
    -------
    Calibration or None
        None if the file says nothing of it; without a voxel size if what it says is not enough.
    """
    if tif.is_ome and tif.ome_metadata:
        return _of_ome(tif.ome_metadata, slices)
    if tif.is_imagej and tif.imagej_metadata:
        tags = tif.pages.first.tags
        steps = [_step(tags.valueof(name)) for name in ("YResolution", "XResolution")]
        return _of_imagej(tif.imagej_metadata, steps, slices)
    return None


def _of_imagej(metadata: Mapping[str, Any], steps: list[float | None], slices: int) -> Calibration:
    unit = _UM.get(str(metadata.get("unit", "")).lower())
    z_unit = _UM.get(str(metadata.get("zunit", metadata.get("unit", ""))).lower())
    interval = _number(metadata.get("finterval"))
    minutes = _MINUTES.get(str(metadata.get("tunit", "sec")).lower())
    found = Calibration(frame_interval=interval * minutes if interval and minutes else None)
    y, x = steps
    if not (unit and z_unit and y and x):
        return found
    # ImageJ leaves "spacing" out where it is 1 (FileSaver.getDescriptionString)
    spacing = abs(_number(metadata.get("spacing")) or 1.0)
    noted = slices == 1 or "spacing" in metadata
    return Calibration(
        voxel_size=(spacing * z_unit, y * unit, x * unit),
        origin="ImageJ metadata" + ("" if noted else " (no spacing: Z is 1 unit, ImageJ's default)"),
        frame_interval=found.frame_interval,
    )


def _of_ome(xml: str, slices: int) -> Calibration | None:
    pixels = next((node.attrib for node in _nodes(xml) if node.tag.endswith("}Pixels")), None)
    if pixels is None:
        return None
    z, y, x = (_ome_length(pixels, axis) for axis in "ZYX")
    interval = _number(pixels.get("TimeIncrement"))
    minutes = _MINUTES.get(pixels.get("TimeIncrementUnit", "s"))
    frame_interval = interval * minutes if interval and minutes else None
    if slices == 1:
        z = z or 1.0
    if x and y and z:
        return Calibration(voxel_size=(z, y, x), origin="OME metadata", frame_interval=frame_interval)
    partly = f"{UNKNOWN} (the OME metadata lack PhysicalSizeZ)" if x and y else UNKNOWN
    return Calibration(origin=partly, frame_interval=frame_interval)


def ome_image_name(xml: str | None) -> str:
    """Read the name of the first image in OME metadata; "" if there is none."""
    return next((node.get("Name", "") for node in _nodes(xml) if node.tag.endswith("}Image")), "")


def ome_frames(xml: str | None) -> tuple[int, ...]:
    """Read the frame numbers that ``write_ome_tiff`` keeps in an annotation; () if there are none."""
    for node in _nodes(xml):
        if node.tag.endswith("}MapAnnotation") and node.get("Namespace") == "napari-devolearn":
            values = next((item.text or "" for item in node.iter() if item.get("K") == "frames"), "")
            numbers = values.split(",")
            return tuple(map(int, numbers)) if all(number.isdecimal() for number in numbers) else ()
    return ()


def _nodes(xml: str | None) -> list[ET.Element]:
    try:
        return list(ET.fromstring(xml).iter()) if xml else []  # noqa: S314  as tifffile itself does
    except ET.ParseError:  # tifffile then takes the file for one without OME metadata, too
        return []


def _ome_length(pixels: Mapping[str, str], axis: str) -> float | None:
    size = _number(pixels.get(f"PhysicalSize{axis}"))
    unit = _OME_UM.get(pixels.get(f"PhysicalSize{axis}Unit", "µm").lower())
    return size * unit if size and unit else None


def _step(resolution: Any) -> float | None:
    """Length of a pixel from a TIFF resolution, which is a fraction of pixels per unit."""
    try:
        pixels, length = resolution
        return float(length) / float(pixels)
    except (TypeError, ValueError, ZeroDivisionError):
        return None


def _number(value: Any) -> float | None:
    try:
        number = float(value)
    except (TypeError, ValueError):
        return None
    return number if abs(number) < float("inf") and number else None
