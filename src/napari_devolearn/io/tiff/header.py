"""Read the header of a tif: find its kind, and the pages of each image that it describes."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import AxesError, ImageFormatError
from napari_devolearn.io.tiff import imagej, ome
from napari_devolearn.io.tiff.axes import HINT, example_axes
from napari_devolearn.io.tiff.compare import TifPages, checked_image, planes_in_page
from napari_devolearn.io.tiff.pages import Pages
from napari_devolearn.io.tiff.plain import lost_pages, plain_promise, resolution_of, shaped_promise
from napari_devolearn.io.tiff.planes import Image
from napari_devolearn.io.tiff.promise import Promise
from napari_devolearn.io.tiff.vendors.foreign import foreign_images, is_foreign
from napari_devolearn.io.tiff.vendors.scanimage import scanimage_promise

if TYPE_CHECKING:
    import tifffile


_AS_SLICES = "so that its {} pages are read as slices; if they are not, " + HINT.replace("{example}", "T2,Z5")
_NO_XML = "is named as an OME-TIFF, but has no OME-XML, " + _AS_SLICES
_NO_MAIN_FILE = "has its OME-XML in another file, which is not read, " + _AS_SLICES
_HEADERS = re.compile(
    rb'(?:ImageJ|SCIFIO)=|^(?:images|slices|frames)=\d|^hyperstack=|openmicroscopy\.org|\A\{[^}]*"(?:shape|axes)"',
    re.MULTILINE,
)
"""Parts of headers of ImageJ, OME and tifffile, as they are left in damaged ones."""

_HIDDEN = "is damaged: its header of ImageJ, OME or tifffile cannot be read, " + _AS_SLICES


def images_in(path: Path, tif: tifffile.TiffFile, pages: Pages, *, trust: bool = True) -> list[Image]:
    """Read and check the header of an open tif; returns at least one image.

    `trust` is False if the caller gives the axes, so that those of the header are ignored. Raises AxesError
    if the header contradicts its pages, so that the order of planes is unknown; ImageFormatError if pixels
    are missing.
    """
    file = TifPages(path, tif, pages, trust)
    if trust and is_foreign(tif):
        return foreign_images(path, tif, pages)
    try:
        found = list(_images(file))
    except ome.OtherFiles:
        first, *others = foreign_images(path, tif, pages)
        if tif.series[0].kind != "ome":
            note = _NO_MAIN_FILE.format(len(pages.offsets))
            first = first._replace(promise=replace(first.promise, notes=(*first.promise.notes, note)))
        return [first, *others]
    if not found:
        raise ImageFormatError(f"{path}: no image in it; save it again")
    return found


def _images(file: TifPages) -> Iterator[Image]:
    first = file.page(0)
    description = first.description or ""
    kinds = file.pages.kinds
    main = np.flatnonzero(kinds == kinds[0])
    if ome.is_ome(description):
        promises = ome.ome_promises(description, file.path.name, len(kinds))
        yield from _ome_images(file, promises, main)
        return
    if imagej.is_imagej(description):
        steps, unit = resolution_of(first)
        inside = planes_in_page(first)
        promise = imagej.imagej_promise(description, steps, unit, len(main), 1 if inside[1] else inside[0])
        yield checked_image(file, first, promise, main)
    elif first.is_scanimage:
        yield checked_image(file, first, scanimage_promise(first, len(main)), main)
    elif first.is_shaped:
        yield from _shaped_images(file, main)
    else:
        promise = plain_promise(first, len(main))
        if _hides_header(file, first):
            promise = replace(promise, notes=(_HIDDEN.format(len(main)),))
        elif len(main) > 1 and re.search(r"\.ome\.tiff?$", file.path.name, re.IGNORECASE):
            promise = replace(promise, notes=(_NO_XML.format(len(main)),))
        elif lost := lost_pages(file):
            promise = replace(promise, notes=(lost,))
        yield checked_image(file, first, promise, main)
    for kind in range(1, kinds.max() + 1):
        others = np.flatnonzero(kinds == kind)
        page = file.page(int(others[0]))
        if page.shape:
            yield checked_image(file, page, plain_promise(page, len(others)), others)


def _hides_header(file: TifPages, page: tifffile.TiffPage) -> bool:
    """Whether a tag has a header of ImageJ, OME or tifffile that is damaged, or not in its place."""
    handle = file.tif.filehandle
    for tag in page.tags:
        if tag.valuebytecount > 16:
            handle.seek(tag.valueoffset)
            if _HEADERS.search(handle.read(min(tag.valuebytecount, 4096))):
                return True
    return False


def _ome_images(file: TifPages, promises: Sequence[Promise], main: npt.NDArray[np.intp]) -> Iterator[Image]:
    taken: set[int] = set()
    for promise in promises:
        index = main if promise.pages is None else promise.pages
        known = index[index >= 0]
        taken.update(known.tolist())
        page = file.page(int(known[0])) if len(known) else file.page(0)
        yield checked_image(file, page, promise, index)
    left = sorted(set(main.tolist()) - taken)
    if left and file.trust:
        raise AxesError(
            f"{file.path}: its OME-XML names {len(taken)} planes, but {len(main)} are there; "
            + HINT.format(example=example_axes(len(main)))
        )


def _shaped_images(file: TifPages, main: npt.NDArray[np.intp]) -> Iterator[Image]:
    """Images that tifffile wrote one after the other, each with its shape in its first page."""
    left = main
    while len(left):
        page = file.page(int(left[0]))
        promise = shaped_promise(page, len(left))
        if promise.by == "header" and str(page.shaped_description).startswith("{"):  # JSON, but damaged
            promise = replace(promise, notes=(_HIDDEN.format(len(left)),))
        count = max(1, math.prod(promise.sizes))
        more = len(left) > count and file.trust and file.page(int(left[count])).is_shaped
        yield checked_image(file, page, promise, left[:count] if more else left)
        left = left[count:] if more else left[:0]
