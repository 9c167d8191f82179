"""Compare the header of an image in a tif with its pages.

After this module, axes, sizes, channels and calibration of an image are certain; contradictions are errors
or notes of the image.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import AxesError, ImageFormatError
from napari_devolearn.io.core.image_file import check_grey
from napari_devolearn.io.tiff.axes import HINT
from napari_devolearn.io.tiff.pages import Pages
from napari_devolearn.io.tiff.planes import Image, Planes
from napari_devolearn.io.tiff.promise import COLOURS, Promise, fit_pages

if TYPE_CHECKING:
    import tifffile


@dataclass(frozen=True)
class TifPages:
    """An open tif and its pages; `trust` is False if the axes of its header are ignored."""

    path: Path
    tif: tifffile.TiffFile
    pages: Pages
    trust: bool

    def page(self, number: int) -> tifffile.TiffPage:
        """Read a page header with all its tags."""
        import tifffile

        if number == 0:
            return self.tif.pages.first
        self.tif.filehandle.seek(int(self.pages.offsets[number]))
        return tifffile.TiffPage(self.tif, index=number)

    def frame(self, number: int) -> tifffile.TiffFrame:
        """Read only the places of the pixels of a page."""
        import tifffile

        return tifffile.TiffFrame(self.tif, number, offset=int(self.pages.offsets[number]))


def checked_image(
    file: TifPages, page: tifffile.TiffPage, promise: Promise, index: npt.NDArray[np.intp]
) -> Image:
    """Compare the header of an image with its pages.

    `page` is the first page; `index` are the pages of the planes, -1 if missing. Errors are those of
    `fit_pages`; ImageFormatError also if the pixels are not of real numbers.
    """
    check_grey(file.path, page.shape or (0,), page.dtype)
    inside, samples_last = planes_in_page(page)
    run = _run_of(file, page, promise) if len(index) == 1 and inside == 1 else None
    there = run or int((index >= 0).sum())
    y, x = page.shape[-3:-1] if page.axes.endswith("S") else page.shape[-2:]
    if promise.plane not in (None, (y, x)) and not promise.problem:
        size = " x ".join(map(str, reversed(promise.plane or ())))
        problem = f"its {promise.by} gives {size} pixels (X x Y), but its pages have {x} x {y}"
        promise = replace(promise, problem=problem)
    if file.trust:
        promise, index = fit_pages(file.path, promise, index, there, inside, in_run=run is not None)
    else:
        promise = replace(promise, letters="I", sizes=(there,), problem="", frames=(), missing=frozenset())
        index = index[index >= 0]
    if (file.pages.kinds[index] != file.pages.kinds[index[0]]).any():
        raise AxesError(f"{file.path}: its pages differ in size or type; save each kind as a separate file")
    if run:
        promise = _note_surplus(file, page, promise)
    if inside > 1:
        promise = _with_samples(page, promise, inside, samples_last=samples_last)
    _check_last(file, page, int(index[-1]))
    planes = Planes(
        path=file.path,
        shape=(y, x),
        dtype=np.dtype(page.dtype).newbyteorder(file.tif.byteorder),
        size=file.pages.size,
        offsets=file.pages.offsets[index],
        in_page=inside,
        samples_last=samples_last,
        start=page.dataoffsets[0] if run is not None else None,
    )
    return Image(promise, planes)


def _run_of(file: TifPages, page: tifffile.TiffPage, promise: Promise) -> int | None:
    """Number of planes after the only page header; None if there is only its own."""
    promised = math.prod(promise.sizes)
    description = str(page.shaped_description or "")
    by_header = promise.by == "ImageJ header" or re.search(r'"truncated":\s*true', description)
    if promised < 2 or not by_header or not page.is_contiguous:
        return None
    return min(promised, (file.pages.size - page.dataoffsets[0]) // page.nbytes)


def _note_surplus(file: TifPages, page: tifffile.TiffPage, promise: Promise) -> Promise:
    """Note bytes of further volumes after the planes that the only page header promises."""
    promised = math.prod(promise.sizes)
    left = file.pages.size - page.dataoffsets[0] - promised * page.nbytes
    if left < page.nbytes * promised // promise.sizes[0]:
        return promise
    note = f"its {promise.by} gives {promised} planes, but {left} more bytes follow; if planes are missing, "
    return replace(promise, notes=(*promise.notes, f"{note}copy it again or save it again"))


def _with_samples(page: tifffile.TiffPage, promise: Promise, count: int, *, samples_last: bool) -> Promise:
    """Add the axis of the planes within a page: channels, or slices if unknown."""
    letters, notes = promise.letters, promise.notes
    front = {letter for letter, size in zip(letters, promise.sizes, strict=True) if size > 1}
    if page.axes[0] == "Z" and not samples_last:
        letters = f"{letters}Z".replace("Z", "I", letters.count("Z"))
    elif samples_last or "Z" in front or (front and promise.by != "tifffile header"):
        letters = f"{letters.replace('C', 'I')}C"
    else:
        letters = f"{letters.replace('I', 'T').replace('Q', 'T')}Z"
        if page.photometric == 2 and count in (3, 4):  # RGB
            note = (
                f"its {count} planes, marked as red, green and blue, are consecutive and are read as slices; "
                "if they are channels, " + HINT.format(example="TC" if front else "C")
            )
            notes = (*notes, note)
    rgb = samples_last and page.photometric in COLOURS
    return replace(promise, letters=letters, sizes=(*promise.sizes, count), notes=notes, rgb=rgb)


def _check_last(file: TifPages, first: tifffile.TiffPage, number: int) -> None:
    """Refuse a file that is truncated within the pixels of its first or last page."""
    check_pixels(file.path, first, file.pages.size)
    if number != first.index and len(first.dataoffsets) > 1:
        check_pixels(file.path, file.frame(number), file.pages.size)


def check_pixels(path: Path, page: Any, size: int) -> None:
    """Raise ImageFormatError if a file of `size` bytes ends within the pixels of a page."""
    end = max(map(sum, zip(page.dataoffsets, page.databytecounts, strict=False)), default=0)
    if end > size:
        raise ImageFormatError(f"{path}: truncated: {size} bytes, but the pixels need {end}; copy it again")


def planes_in_page(page: tifffile.TiffPage) -> tuple[int, bool]:
    """Number of planes in a page, and whether they are interleaved samples."""
    if page.axes.endswith("S"):
        return page.shape[-1] * math.prod(page.shape[:-3]), True
    return math.prod(page.shape[:-2]), False
