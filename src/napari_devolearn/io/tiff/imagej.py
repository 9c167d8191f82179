"""Read ImageJ metadata of a tif: sizes of the axes, unit, spacing, frame interval.

ImageJ's own code is the specification: ij.io.FileSaver.getDescriptionString and ij.io.FileOpener.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace

from napari_devolearn.io.core.calibration import Calibration, calibration_from
from napari_devolearn.io.core.units import minutes_in, um_in, unknown_units
from napari_devolearn.io.tiff.promise import Promise, number

_ORDERS = {"czt": "TZC", "ctz": "ZTC", "zct": "TCZ", "ztc": "CTZ", "tcz": "ZCT", "tzc": "CZT"}
"""Axes, slowest first, for each value of "order" (fastest first)."""

_SIZES = {"T": "frames", "Z": "slices", "C": "channels"}

_PRINTERS = (72, 96, 100, 120, 144, 150, 180, 200, 240, 300, 350, 360, 400, 600, 720, 800, 1200, 1440, 2400)
"""Default dots per inch of programs without a calibration."""

_INCH, _CM, _MM, _UM = 2, 3, 4, 5
"""Values of the TIFF tag ResolutionUnit; the last two are not in the standard, but written."""

TAGS = "TIFF resolution"
"""Origin of a calibration from the resolution tags."""

_UM_PER_TAG = {_CM: 1e4, _INCH: 25400.0, _MM: 1e3, _UM: 1.0}


def is_imagej(description: str) -> bool:
    """Whether a TIFF description was written by ImageJ."""
    return description.startswith(("ImageJ=", "SCIFIO="))


def imagej_promise(
    description: str, steps: Sequence[float | None], tag_unit: int, planes: int, samples: int
) -> Promise:
    """Read the description that ImageJ writes, for a number of pages with `samples` planes each.

    `steps` are the pixel size along Y and X from the TIFF resolution tags, in the unit of their tag
    ResolutionUnit. Bio-Formats stores channels in the planes of a page.
    """
    lines = (line.partition("=") for line in description.splitlines())
    header = {key.strip(): value.strip() for key, sign, value in lines if sign}
    letters = _ORDERS.get(header.get("order", "czt").lower(), "TZC")
    counts = {letter: _count(header.get(_SIZES[letter])) for letter in letters}
    images = _count(header.get("images"))
    promise = Promise(
        by="ImageJ header", letters=letters, sizes=tuple(counts.values()), title=header.get("Title", "")
    )
    if samples > 1 and counts["C"] == samples:
        counts["C"] = 1
        promise = replace(promise, sizes=tuple(counts.values()))
    total = math.prod(counts.values())
    if min(*counts.values(), images) < 1:
        promise = replace(promise, problem=f"its ImageJ header has implausible values ({_text(header)})")
    elif total == 1:  # a stack that is not a hyperstack: unnamed slices
        promise = replace(promise, letters="I", sizes=(max(images, planes if planes > 1 else 1),))
        if planes > images and samples == 1:
            note = f"its ImageJ header tells of {images} image, but its {planes} pages are read as slices"
            promise = replace(promise, notes=(note,))
    elif "images" in header and images not in (total, total * samples) and planes != total:
        promise = replace(promise, problem=f"its ImageJ header contradicts itself ({_text(header)})")
    return replace(
        promise, calibration=_calibration(header, steps, tag_unit, max(1, counts["Z"], promise.sizes[0]))
    )


def _count(text: str | None) -> int:
    value = number(text)
    return 1 if value is None else int(value) if value == value and abs(value) < 2**31 else 0


def _text(header: Mapping[str, str]) -> str:
    return ", ".join(
        f"{key} {header[key]}" for key in ("images", "channels", "slices", "frames") if key in header
    )


def _calibration(
    header: Mapping[str, str], steps: Sequence[float | None], tag_unit: int, slices: int
) -> Calibration:
    um, z_um = um_in(header.get("unit")), um_in(header.get("zunit"))
    y_um = um_in(header.get("yunit")) or um
    interval, minutes = number(header.get("finterval")), minutes_in(header.get("tunit", "sec"))
    time = interval * minutes if interval and minutes else None  # ImageJ writes 0 for an unknown one
    y, x = steps
    notes = unknown_units({name: header.get(name) for name in ("unit", "yunit", "zunit")})
    if "unit" not in header and (y, x) != (1.0, 1.0):  # as ImageJ takes them, too
        um = y_um = _UM_PER_TAG.get(tag_unit)
    if not (um and y_um and y and x) or (is_dpi(x, um) and is_dpi(y, y_um)):
        return calibration_from({}, time, origin="ImageJ metadata", slices=slices + 1, notes=notes)
    edges: dict[str, float | None] = {"Y": y * y_um, "X": x * um}
    if tag_unit in (_CM, _INCH) and um == 1.0 and x < 1e-3:  # as ImageJ reads it
        edges = {"Y": y * _UM_PER_TAG[tag_unit], "X": x * _UM_PER_TAG[tag_unit]}
    # ImageJ leaves "spacing" out where it is 1 (FileSaver.getDescriptionString)
    spacing = number(header.get("spacing"))
    origin = "ImageJ metadata"
    if "unit" not in header:
        edges["Z"] = None  # a spacing in inches or cm is implausible
    elif spacing is None and slices > 1:
        origin += " (no spacing: Z is 1 unit, ImageJ's default)"
    if spacing is not None and not math.isfinite(spacing):
        notes.append(f"its spacing {header['spacing']!r} is not a length")
        edges["Z"] = None
    elif "Z" not in edges:
        # the sign is the direction of the stage
        edges["Z"] = abs(1.0 if spacing is None else spacing) * (z_um or um)
    return calibration_from(edges, time, origin=origin, slices=slices, notes=notes)


def is_dpi(step: float, um: float) -> bool:
    """Whether a pixel size, in a unit of `um`, is the resolution of a printer or screen, not of an image."""
    per_inch = 25400.0 / (step * um)
    return any(abs(per_inch - dpi) < 0.01 for dpi in _PRINTERS)


def tag_calibration(
    steps: Sequence[float | None], tag_unit: int, slices: int, header: Mapping[str, object] | None = None
) -> Calibration | None:
    """Calibration from the TIFF resolution tags, and the keys ``unit`` and ``spacing`` of tifffile's header.

    None if there is no resolution, or that of a printer. `steps` are pixel sizes along Y and X, `slices` is
    the size along Z.
    """
    header = header or {}
    unit = um_in(header.get("unit"))
    um = unit or _UM_PER_TAG.get(tag_unit)
    y, x = steps
    if not (um and y and x) or is_dpi(x, um) or y == x == 1.0:
        return None
    spacing = number(header.get("spacing"))
    z = spacing * (unit or 1.0) if spacing is not None and unit else None
    return calibration_from({"Z": z, "Y": y * um, "X": x * um}, origin=TAGS, slices=slices)
