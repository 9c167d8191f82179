"""Read the header of a tif and compare it with its pages.

After this module, axes, sizes, channels and calibration of an image are certain; contradictions are errors
or notes of the image.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import AxesError, ImageFormatError
from napari_devolearn.io.core.image_file import check_grey
from napari_devolearn.io.tiff import imagej, ome
from napari_devolearn.io.tiff.axes import HINT, example_axes
from napari_devolearn.io.tiff.foreign import foreign_images, is_foreign
from napari_devolearn.io.tiff.pages import Pages
from napari_devolearn.io.tiff.plain import (
    lost_pages,
    plain_promise,
    planes_in_page,
    resolution_of,
    shaped_promise,
)
from napari_devolearn.io.tiff.planes import Image, Planes
from napari_devolearn.io.tiff.promise import Promise, fit_pages

if TYPE_CHECKING:
    import tifffile


_AS_SLICES = "so that its {} pages are read as slices; if they are not, " + HINT.replace("{example}", "T2,Z5")
_NO_XML = "is named as an OME-TIFF, but has no OME-XML, " + _AS_SLICES
_HEADERS = re.compile(
    rb'(?:ImageJ|SCIFIO)=|^(?:images|slices|frames)=\d|^hyperstack=|openmicroscopy\.org|\A\{[^}]*"(?:shape|axes)"',
    re.MULTILINE,
)
"""Parts of headers of ImageJ, OME and tifffile, as they are left in damaged ones."""

_HIDDEN = "is damaged: its header of ImageJ, OME or tifffile cannot be read, " + _AS_SLICES


@dataclass(frozen=True)
class _File:
    """An open tif and its pages."""

    path: Path
    tif: tifffile.TiffFile
    pages: Pages

    def page(self, number: int) -> tifffile.TiffPage:
        import tifffile

        if number == 0:
            return self.tif.pages.first
        self.tif.filehandle.seek(int(self.pages.offsets[number]))
        return tifffile.TiffPage(self.tif, index=number)


def images_in(path: Path, tif: tifffile.TiffFile, pages: Pages, *, trust: bool = True) -> list[Image]:
    """Read and check the header of an open tif; returns at least one image.

    `trust` is False if the caller gives the axes, so that those of the header are ignored. Raises AxesError
    if the header contradicts its pages, so that the order of planes is unknown; ImageFormatError if pixels
    are missing.
    """
    file = _File(path, tif, pages)
    if trust and is_foreign(tif):
        return foreign_images(path, tif, pages)
    try:
        found = list(_images(file, trust=trust))
    except ome.OtherFiles:
        return foreign_images(path, tif, pages)
    if not found:
        raise ImageFormatError(f"{path}: no image in it; save it again")
    return found


def _images(file: _File, *, trust: bool) -> Iterator[Image]:
    first = file.page(0)
    description = first.description or ""
    kinds = file.pages.kinds
    main = np.flatnonzero(kinds == kinds[0])
    if ome.is_ome(description):
        promises = ome.ome_promises(description, file.path.name, len(kinds))
        yield from _ome_images(file, promises, main, trust=trust)
        return
    if imagej.is_imagej(description):
        steps, unit = resolution_of(first)
        inside = planes_in_page(first)
        promise = imagej.imagej_promise(description, steps, unit, len(main), 1 if inside[1] else inside[0])
        yield _image(file, first, promise, main, trust=trust)
    elif first.is_shaped:
        yield from _shaped_images(file, main, trust=trust)
    else:
        promise = plain_promise(first, len(main))
        if _hides_header(file, first):
            promise = replace(promise, notes=(_HIDDEN.format(len(main)),))
        elif len(main) > 1 and re.search(r"\.ome\.tiff?$", file.path.name, re.IGNORECASE):
            promise = replace(promise, notes=(_NO_XML.format(len(main)),))
        elif lost := lost_pages(file.path, file.tif, file.pages):
            promise = replace(promise, notes=(lost,))
        yield _image(file, first, promise, main, trust=trust)
    for kind in range(1, kinds.max() + 1):
        others = np.flatnonzero(kinds == kind)
        page = file.page(int(others[0]))
        if page.shape:
            yield _image(file, page, plain_promise(page, len(others)), others, trust=trust)


def _hides_header(file: _File, page: tifffile.TiffPage) -> bool:
    """Whether a tag has a header of ImageJ, OME or tifffile that is damaged, or not in its place."""
    handle = file.tif.filehandle
    for tag in page.tags:
        if tag.valuebytecount > 16:
            handle.seek(tag.valueoffset)
            if _HEADERS.search(handle.read(min(tag.valuebytecount, 4096))):
                return True
    return False


def _ome_images(
    file: _File, promises: Sequence[Promise], main: npt.NDArray[np.intp], *, trust: bool
) -> Iterator[Image]:
    taken: set[int] = set()
    for promise in promises:
        index = main if promise.pages is None else promise.pages
        known = index[index >= 0]
        taken.update(known.tolist())
        page = file.page(int(known[0])) if len(known) else file.page(0)
        yield _image(file, page, promise, index, trust=trust)
    left = sorted(set(main.tolist()) - taken)
    if left and trust:
        raise AxesError(
            f"{file.path}: its OME-XML names {len(taken)} planes, but {len(main)} are there; "
            + HINT.format(example=example_axes(len(main)))
        )


def _shaped_images(file: _File, main: npt.NDArray[np.intp], *, trust: bool) -> Iterator[Image]:
    """Images that tifffile wrote one after the other, each with its shape in its first page."""
    left = main
    while len(left):
        page = file.page(int(left[0]))
        promise = shaped_promise(page, len(left))
        if promise.by == "header" and str(page.shaped_description).startswith("{"):  # JSON, but damaged
            promise = replace(promise, notes=(_HIDDEN.format(len(left)),))
        count = max(1, math.prod(promise.sizes))
        more = len(left) > count and trust and file.page(int(left[count])).is_shaped
        yield _image(file, page, promise, left[:count] if more else left, trust=trust)
        left = left[count:] if more else left[:0]


def _image(
    file: _File, page: tifffile.TiffPage, promise: Promise, index: npt.NDArray[np.intp], *, trust: bool
) -> Image:
    """Compare a header with its pages."""
    check_grey(file.path, page.shape or (0,), page.dtype)
    inside, samples_last = planes_in_page(page)
    run = _run_of(file, page, promise) if len(index) == 1 and inside == 1 else None
    there = run or int((index >= 0).sum())
    y, x = page.shape[-3:-1] if page.axes.endswith("S") else page.shape[-2:]
    if promise.plane not in (None, (y, x)) and not promise.problem:
        size = " x ".join(map(str, reversed(promise.plane or ())))
        problem = f"its {promise.by} gives {size} pixels (X x Y), but its pages have {x} x {y}"
        promise = replace(promise, problem=problem)
    if trust:
        promise, index = fit_pages(file.path, promise, index, there, inside, in_run=run is not None)
    else:
        promise = replace(promise, letters="I", sizes=(there,), problem="", frames=(), missing=frozenset())
        index = index[index >= 0]
    if (file.pages.kinds[index] != file.pages.kinds[index[0]]).any():
        raise AxesError(f"{file.path}: its pages differ in size or type; save each kind as a separate file")
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


def _run_of(file: _File, page: tifffile.TiffPage, promise: Promise) -> int | None:
    """Number of planes after the only page header; None if there is only its own."""
    promised = math.prod(promise.sizes)
    description = str(page.shaped_description or "")
    by_header = promise.by == "ImageJ header" or re.search(r'"truncated":\s*true', description)
    if promised < 2 or not by_header or not page.is_contiguous:
        return None
    return min(promised, (file.pages.size - page.dataoffsets[0]) // page.nbytes)


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
                "if they are channels, " + HINT.format(example="C")
            )
            notes = (*notes, note)
    return replace(promise, letters=letters, sizes=(*promise.sizes, count), notes=notes)


def _check_last(file: _File, first: tifffile.TiffPage, number: int) -> None:
    """Refuse a file that is truncated within the pixels of its first or last page."""
    import tifffile

    pages: list[Any] = [first]
    if number != first.index and len(first.dataoffsets) > 1:
        pages.append(tifffile.TiffFrame(file.tif, number, offset=int(file.pages.offsets[number])))
    for page in pages:
        end = max(map(sum, zip(page.dataoffsets, page.databytecounts, strict=False)), default=0)
        if end > file.pages.size:
            raise ImageFormatError(
                f"{file.path}: truncated: {file.pages.size} bytes, but the pixels need {end}; copy it again"
            )
