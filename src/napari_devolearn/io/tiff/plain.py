"""Read headers of a tif without ImageJ or OME metadata: tifffile's description, or the pages."""

from __future__ import annotations

import json
import math
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_devolearn.io.tiff import imagej
from napari_devolearn.io.tiff.compare import TifPages, check_pixels, planes_in_page
from napari_devolearn.io.tiff.promise import Promise

if TYPE_CHECKING:
    import tifffile

_SUB_IFDS = 330  # tag of other chains of pages


def shaped_promise(page: tifffile.TiffPage, count: int) -> Promise:
    """Read tifffile's description in the first of `count` pages; as `plain_promise` if it cannot be read."""
    steps, unit = resolution_of(page)
    try:
        header = json.loads(page.shaped_description or "")
        shape, axes = tuple(map(int, header["shape"])), str(header.get("axes") or "")
    except (ValueError, TypeError, KeyError, RecursionError):  # an older form, or damaged
        return replace(plain_promise(page, count), by="header")
    # tifffile omits trailing axes of size 1, such as samples
    while len(shape) > len(page.shape) and shape[-1:] == (1,) and shape[-len(page.shape) :] != page.shape:
        shape, axes = shape[:-1], axes[:-1]
    front = shape[: len(shape) - len(page.shape)]
    names = axes[: len(front)] if len(axes) == len(shape) else "Q" * len(front)
    promise = Promise(by="tifffile header", letters=names.upper(), sizes=front)
    slices = math.prod(size for name, size in zip(names, front, strict=True) if name not in "TC")
    calibration = imagej.tag_calibration(steps, unit, slices, header)
    if shape[len(front) :] != page.shape:
        text = f"its tifffile header says the shape {shape}, but its pages have {page.shape}"
        return replace(promise, problem=text, letters="I", sizes=(count,), calibration=calibration)
    return replace(promise, calibration=calibration)


def plain_promise(page: tifffile.TiffPage, count: int) -> Promise:
    """Treat each of `count` pages as a plane of an unnamed axis."""
    steps, unit = resolution_of(page)
    slices = count if count > 1 else planes_in_page(page)[0]
    calibration = imagej.tag_calibration(steps, unit, slices)
    return Promise(
        by="header", letters="I" * (count > 1), sizes=(count,) * (count > 1), calibration=calibration
    )


def lost_pages(file: TifPages) -> str:
    """A note if the chain of pages skips some, in a file whose header does not count them; else "".

    Traces of skipped pages are the tag PageNumber, which few programs write, and bytes that belong to no
    page. A file that was saved again without its last pages has no trace. Raises ImageFormatError if the file
    is truncated within the pixels of any page.
    """
    pages, first = file.pages, file.tif.pages.first
    count = len(pages.offsets)
    numbered = first.tags.valueof("PageNumber")
    if isinstance(numbered, tuple) and numbered[1:] > (count,):
        return f"its first page is numbered as one of {numbered[1]}, but it has {count}; copy it again"
    if _SUB_IFDS in first.tags:
        return ""
    sizes = pages.pixels[:, 1] - pages.pixels[:, 0]
    known = pages.headers[pages.headers[:, 1] <= pages.size]  # others are damaged
    extents = [known, pages.pixels, np.array([(0, 16), (pages.size, pages.size)])]
    for number in np.flatnonzero(sizes == 0).tolist():
        frame = file.frame(number)
        if len(frame.databytecounts) != len(frame.dataoffsets):  # sizes are optional in old files
            return ""
        check_pixels(file.path, frame, pages.size)
        starts, lengths = np.array([frame.dataoffsets, frame.databytecounts], np.int64)
        extents.append(np.stack([starts, starts + lengths], axis=1))
        sizes[number] = lengths.sum()
    used = np.concatenate(extents)
    used = used[np.argsort(used[:, 0])]
    gaps = used[1:, 0] - np.maximum.accumulate(used[:, 1])[:-1]
    page = sizes.min() + np.diff(pages.headers[0])
    left = int(gaps[gaps >= page].sum())
    if not left:
        return ""
    return (
        f"{left} of its bytes belong to none of its {count} pages, as if pages were lost; if some are "
        "missing, copy it again or save it again"
    )


def resolution_of(page: tifffile.TiffPage) -> tuple[list[float | None], int]:
    """Read the pixel size (Y, X) in the unit of the resolution tags, and the TIFF number of that unit.

    A size is None if it is missing or 0.
    """
    steps = [_step(page.tags.valueof(f"{axis}Resolution")) for axis in "YX"]
    return steps, int(page.tags.valueof("ResolutionUnit", 2) or 2)


def _step(resolution: Any) -> float | None:
    try:
        pixels, length = resolution  # a fraction
        return float(length) / float(pixels) or None
    except (TypeError, ValueError, ZeroDivisionError):
        return None
