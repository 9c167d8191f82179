"""Read OME-XML of a tif: sizes of the axes, the plane of each page, lengths, names.

The schema: https://docs.openmicroscopy.org/ome-model/, "OME-TIFF specification".
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from xml.etree import ElementTree as ET

import numpy as np
import numpy.typing as npt

from napari_devolearn.io.core.calibration import Calibration, calibration_from
from napari_devolearn.io.core.units import minutes_in, um_in, unknown_units
from napari_devolearn.io.tiff.ome_metadata import stored_metadata
from napari_devolearn.io.tiff.promise import Promise, number

_BY = "OME-XML"

_MOST_PLANES = 10_000_000
"""Largest plausible number of planes; larger counts are refused before memory is allocated."""


class OtherFiles(Exception):  # noqa: N818  not an error
    """Planes or metadata are in other files."""


def is_ome(description: str) -> bool:
    """Whether a TIFF description is OME-XML, also if damaged."""
    text = description.lstrip("\ufeff \n\r\t")[:4096]
    return text.startswith("<") and ("<OME" in text or "openmicroscopy.org" in text)


def ome_promises(xml: str, name: str, count: int) -> list[Promise]:
    """Read the OME-XML of the file `name` with `count` pages: one description per image, at least one.

    It has a problem if the XML cannot be read. Raises OtherFiles if some planes, or the sizes, are in other
    files.
    """
    unclear = Promise(by=_BY, letters="I", sizes=(count,))
    try:
        root = ET.fromstring(xml)  # noqa: S314  as tifffile itself does
    except ET.ParseError as error:
        return [replace(unclear, problem=f"its OME-XML cannot be read ({error})")]
    if root.find("{*}BinaryOnly") is not None:
        raise OtherFiles
    pixels = [(image, node) for image in root.findall("{*}Image") for node in image.findall("{*}Pixels")]
    if not pixels:
        return [replace(unclear, problem="its OME-XML describes no image")]
    stored = stored_metadata(root)
    promises = []
    for image, node in pixels:
        promise = replace(_promise(node), title=image.get("Name", ""))
        if not promise.problem:
            _check_files(node, root.get("UUID"), name)
            pages, problem = _pages(node, promise.letters, promise.sizes, count)
            promise = replace(promise, pages=pages, problem=problem, **stored)
        promises.append(promise)
    return promises


def described_images(xml: str) -> list[Promise]:
    """The images in OME-XML, without their pages, which may be in other files; none if it cannot be read."""
    try:
        root = ET.fromstring(xml)  # noqa: S314  as tifffile itself does
    except ET.ParseError:
        return []
    return [_promise(node) for node in root.findall("{*}Image/{*}Pixels")]


def _promise(pixels: ET.Element) -> Promise:
    """Axes, calibration and channels of an image."""
    attributes = pixels.attrib
    order = attributes.get("DimensionOrder", "XYZCT")
    letters = order[:1:-1]
    sizes = {axis: _whole(attributes.get(f"Size{axis}", "1")) for axis in "XYZCT"}
    calibration = _calibration(attributes, max(1, sizes["Z"]))
    if min(sizes.values()) < 1 or order[:2] != "XY" or sorted(letters) != ["C", "T", "Z"]:
        given = [f"Size{axis} {attributes[f'Size{axis}']}" for axis in "XYZCT" if f"Size{axis}" in attributes]
        problem = f"its OME-XML says {', '.join(given)}, order {order}, which is implausible"
        known = (sizes["T"], sizes["Z"])
        return Promise(by=_BY, letters="TZ", sizes=known, calibration=calibration, problem=problem)
    channels = pixels.findall("{*}Channel")
    samples = max(1, _whole(channels[0].get("SamplesPerPixel", "1"))) if channels else 1
    sizes["C"] = max(1, sizes["C"] // samples)
    names = tuple(node.get("Name", "") for node in channels)
    return Promise(
        by=_BY,
        letters=letters,
        sizes=tuple(sizes[letter] for letter in letters),
        plane=(sizes["Y"], sizes["X"]),
        calibration=calibration,
        channel_names=names if len(names) == sizes["C"] and all(names) else (),
    )


def _pages(
    pixels: ET.Element, letters: str, shape: tuple[int, ...], count: int
) -> tuple[npt.NDArray[np.intp] | None, str]:
    """Page of each plane, and a problem of it."""
    blocks = list(map(_block, pixels.findall("{*}TiffData")))
    planes = math.prod(shape)
    if not blocks or (len(blocks) == 1 and blocks[0][2] is None):
        return None, ""
    gives = f"its OME-XML gives {planes} planes ({_place(letters, shape)})"
    if planes > _MOST_PLANES:
        return None, gives
    pages = np.full(planes, -1, np.intp)
    for at, page, named in blocks:
        start = [at[letter] for letter in letters]
        if any(not 0 <= one < size for one, size in zip(start, shape, strict=True)):
            return None, f"its OME-XML puts a page at {_place(letters, start)} of {_place(letters, shape)}"
        first, length = int(np.ravel_multi_index(start, shape)), 1 if named is None else named
        if length < 0 or first + length > planes or page < 0:
            return None, f"{gives}, but names {length}"
        here = np.arange(page, page + length)
        pages[first : first + length] = np.where(here < count, here, -1)
    there = int((pages >= 0).sum())
    if len(blocks) == 1 and there < planes:
        return None, f"{gives}, but names {there}"
    return pages, ""


def _block(node: ET.Element) -> tuple[dict[str, int], int, int | None]:
    """A TiffData element: its first plane by axis, its first page, and the number of planes."""
    count = node.get("PlaneCount", node.get("NumPlanes", "1" if "IFD" in node.attrib else None))
    return (
        {axis: _whole(node.get(f"First{axis}", "0"), -1) for axis in "TZC"},
        _whole(node.get("IFD", "0"), -1),
        None if count is None else _whole(count, -1),
    )


def _check_files(pixels: ET.Element, uuid: str | None, name: str) -> None:
    """Raise OtherFiles if planes are not in the file `name`."""
    found = pixels.iterfind(".//{*}UUID")
    files = {(node.text or "").strip(): node.get("FileName", "").lower() for node in found}
    others = len(files) > 1 and set(files.values()) != {name.lower()}
    if others or (files and uuid and uuid not in files and name.lower() not in files.values()):
        raise OtherFiles


def _place(letters: str, numbers: Sequence[int]) -> str:
    return " ".join(f"{letter}{size}" for letter, size in zip(letters, numbers, strict=True))


def _calibration(attributes: Mapping[str, str], slices: int) -> Calibration:
    def scaled(name: str, default: str, convert: Callable[[object], float | None]) -> float | None:
        value, unit = number(attributes.get(name)), convert(attributes.get(f"{name}Unit", default))
        return value * unit if value is not None and unit else None

    names = {axis: f"PhysicalSize{axis}" for axis in "XYZ"}
    edges = {axis: scaled(name, "µm", um_in) for axis, name in names.items()}
    time = scaled("TimeIncrement", "s", minutes_in)
    units = {f"{name}Unit": attributes.get(f"{name}Unit") for name in names.values() if name in attributes}
    return calibration_from(edges, time, origin="OME metadata", slices=slices, notes=unknown_units(units))


def _whole(text: str | None, wrong: int = 0) -> int:
    """An integer of the XML; `wrong` if invalid."""
    text = (text or "").strip()
    return int(text) if text.isdecimal() and len(text) < 10 else wrong
