"""Read OME-XML of a tif: sizes of the axes, the plane of each page, lengths, names.

The schema: https://docs.openmicroscopy.org/ome-model/, "OME-TIFF specification".
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple
from xml.etree import ElementTree as ET

import numpy as np
import numpy.typing as npt

from napari_devolearn.io.core.calibration import FARTHEST, Calibration, calibration_from
from napari_devolearn.io.core.units import minutes_in, um_in, unknown_units
from napari_devolearn.io.tiff.promise import Promise, number

_BY = "OME-XML"

_MOST_PLANES = 10_000_000
"""Largest plausible number of planes; larger counts are refused before memory is allocated."""


class OtherFiles(Exception):  # noqa: N818  not an error
    """Planes or metadata are in other files."""


class Grid(NamedTuple):
    """The file with the OME-XML, and its number of pages."""

    name: str
    pages: int


class _Block(NamedTuple):
    """One TiffData element: consecutive planes in consecutive pages."""

    first: Mapping[str, int]
    page: int
    planes: int | None


def is_ome(description: str) -> bool:
    """Whether a TIFF description is OME-XML, also if damaged."""
    text = description.lstrip("\ufeff \n\r\t")[:4096]
    return text.startswith("<") and ("<OME" in text or "openmicroscopy.org" in text)


def ome_promises(xml: str, grid: Grid) -> list[Promise]:
    """Read OME-XML: one description per image, at least one, with a problem if the XML cannot be read.

    Raises
    ------
    OtherFiles
        If some planes, or the sizes, are in other files.
    """
    try:
        root = ET.fromstring(xml)  # noqa: S314  as tifffile itself does
    except ET.ParseError as error:
        return [_unclear(f"its OME-XML cannot be read ({error})", grid)]
    if any(_name(node) == "BinaryOnly" for node in root):
        raise OtherFiles
    pixels = [
        (image, node)
        for image in root
        if _name(image) == "Image"
        for node in image
        if _name(node) == "Pixels"
    ]
    if not pixels:
        return [_unclear("its OME-XML describes no image", grid)]
    notes = ome_notes(root)
    return [_promise(image, node, root, notes, grid) for image, node in pixels]


def _unclear(problem: str, grid: Grid) -> Promise:
    return Promise(by=_BY, letters="I", sizes=(grid.pages,), problem=problem)


def _promise(image: ET.Element, pixels: ET.Element, root: ET.Element, notes: OmeNotes, grid: Grid) -> Promise:
    attributes = pixels.attrib
    order = attributes.get("DimensionOrder", "XYZCT")
    letters = order[:1:-1]
    sizes = {axis: _whole(attributes.get(f"Size{axis}", "1")) for axis in "XYZCT"}
    channels = [node for node in pixels if _name(node) == "Channel"]
    title = image.get("Name", "")
    calibration = _calibration(attributes, max(1, sizes["Z"]))
    text = ", ".join(
        f"Size{axis} {attributes.get(f'Size{axis}')}" for axis in "XYZCT" if f"Size{axis}" in attributes
    )
    problem = ""
    if min(sizes.values()) < 1 or sorted(letters) != ["C", "T", "Z"]:
        problem = f"its OME-XML says {text}, order {order}, which is implausible"
    if problem:
        known = (sizes["T"], sizes["Z"])
        return Promise(
            by=_BY, letters="TZ", sizes=known, title=title, calibration=calibration, problem=problem
        )
    samples = max(1, _whole(channels[0].get("SamplesPerPixel", "1"))) if channels else 1
    sizes["C"] = max(1, sizes["C"] // samples)
    names = tuple(node.get("Name", "") for node in channels)
    shape = tuple(sizes[letter] for letter in letters)
    pages, problem = _pages(pixels, root.get("UUID"), letters, shape, grid)
    return Promise(
        by=_BY,
        letters=letters,
        sizes=shape,
        plane=(sizes["Y"], sizes["X"]),
        pages=pages,
        calibration=calibration,
        channel_names=names if len(names) == sizes["C"] and all(names) else (),
        title=title,
        frames=notes.frames,
        missing=notes.missing,
        offset=notes.offset,
        problem=problem,
    )


def _pages(
    pixels: ET.Element, uuid: str | None, letters: str, shape: tuple[int, ...], grid: Grid
) -> tuple[npt.NDArray[np.intp] | None, str]:
    """Page of each plane, and a problem of it."""
    blocks = list(_blocks(pixels, uuid, grid))
    planes = math.prod(shape)
    if not blocks or (len(blocks) == 1 and blocks[0].planes is None):
        return None, ""
    if planes > _MOST_PLANES:
        return None, f"its OME-XML gives {planes} planes ({_place(letters, shape)})"
    pages = np.full(planes, -1, np.intp)
    for block in blocks:
        start = [block.first.get(letter, 0) for letter in letters]
        count = 1 if block.planes is None else block.planes
        if any(not 0 <= at < size for at, size in zip(start, shape, strict=True)):
            return None, f"its OME-XML puts a page at {_place(letters, start)} of {_place(letters, shape)}"
        first = int(np.ravel_multi_index(start, shape))
        if count < 0 or first + count > planes or block.page < 0:
            return None, f"its OME-XML gives {planes} planes ({_place(letters, shape)}), but names {count}"
        here = np.arange(block.page, block.page + count)
        pages[first : first + count] = np.where(here < grid.pages, here, -1)
    there = int((pages >= 0).sum())
    if len(blocks) == 1 and there < planes:
        return None, f"its OME-XML gives {planes} planes ({_place(letters, shape)}), but names {there}"
    return pages, ""


def _blocks(pixels: ET.Element, uuid: str | None, grid: Grid) -> Iterator[_Block]:
    files = {}
    for node in pixels.iter():
        if _name(node) == "UUID":
            files[(node.text or "").strip()] = node.get("FileName", "")
    if len(files) > 1 and any(name.lower() != grid.name.lower() for name in files.values()):
        raise OtherFiles
    if files and uuid and uuid not in files and grid.name.lower() not in map(str.lower, files.values()):
        raise OtherFiles
    for node in pixels:
        if _name(node) == "TiffData":
            count = node.get("PlaneCount", node.get("NumPlanes", "1" if "IFD" in node.attrib else None))
            yield _Block(
                {axis: _whole(node.get(f"First{axis}", "0"), -1) for axis in "TZC"},
                _whole(node.get("IFD", "0"), -1),
                None if count is None else _whole(count, -1),
            )


def _place(letters: str, numbers: tuple[int, ...] | list[int]) -> str:
    return " ".join(f"{letter}{size}" for letter, size in zip(letters, numbers, strict=True))


def _calibration(attributes: Mapping[str, str], slices: int) -> Calibration:
    edges = {axis: _length(attributes, axis) for axis in "ZYX"}
    interval, minutes = (
        number(attributes.get("TimeIncrement")),
        minutes_in(attributes.get("TimeIncrementUnit", "s")),
    )
    time = interval * minutes if interval is not None and minutes else None
    units = {f"PhysicalSize{axis}Unit": attributes.get(f"PhysicalSize{axis}Unit") for axis in "XYZ"}
    notes = unknown_units(
        {name: unit for name, unit in units.items() if name.removesuffix("Unit") in attributes}
    )
    return calibration_from(edges, time, origin="OME metadata", slices=slices, notes=notes)


def _length(attributes: Mapping[str, str], axis: str) -> float | None:
    size, unit = (
        number(attributes.get(f"PhysicalSize{axis}")),
        um_in(attributes.get(f"PhysicalSize{axis}Unit", "µm")),
    )
    return size * unit if size is not None and unit else None


class OmeNotes(NamedTuple):
    """Metadata that ``write_ome_tiff`` stores in an annotation.

    Parameters
    ----------
    frames : tuple of int
        Frame numbers; empty if there are none.
    missing : frozenset of int
        Numbers of frames without an image.
    offset : tuple of float
        Position of the first voxel, (Z, Y, X) in voxels.
    """

    frames: tuple[int, ...] = ()
    missing: frozenset[int] = frozenset()
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)


def ome_notes(root: ET.Element) -> OmeNotes:
    """Read the annotation of ``write_ome_tiff``; invalid values are omitted."""
    for node in root.iter():
        if _name(node) == "MapAnnotation" and node.get("Namespace") == "napari-devolearn":
            values = {item.get("K"): (item.text or "").split(",") for item in node.iter() if item.get("K")}
            steps = [number(one) or 0.0 for one in values.get("offset", ())]
            known = len(steps) == 3 and all(abs(step) <= FARTHEST for step in steps)
            z, y, x = steps if known else (0.0, 0.0, 0.0)
            return OmeNotes(
                _frame_numbers(values.get("frames", [])),
                frozenset(_frame_numbers(values.get("missing", []))),
                (z, y, x),
            )
    return OmeNotes()


def _frame_numbers(texts: list[str]) -> tuple[int, ...]:
    """Ascending integers; () if invalid."""
    numbers = [int(one) for one in texts if one.isdecimal() and len(one) < 10]
    rising = all(a < b for a, b in pairwise(numbers))
    return tuple(numbers) if rising and len(numbers) == len(texts) else ()


def _name(node: ET.Element) -> str:
    return str(node.tag).rpartition("}")[2]


def _whole(text: str | None, wrong: int = 0) -> int:
    """An integer of the XML; `wrong` if invalid."""
    text = (text or "").strip()
    return int(text) if text.isdecimal() and len(text) < 10 else wrong
