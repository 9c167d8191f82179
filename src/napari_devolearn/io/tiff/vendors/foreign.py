"""Read special kinds of tif by tifffile: LSM, STK, FluoView, OME-TIFF of several files, .."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.calibration import Calibration, calibration_from
from napari_devolearn.io.core.units import um_in
from napari_devolearn.io.tiff import ome
from napari_devolearn.io.tiff.pages import Pages
from napari_devolearn.io.tiff.planes import Image, Planes
from napari_devolearn.io.tiff.promise import COLOURS, Promise, fit_pages, number

if TYPE_CHECKING:
    import tifffile

_KINDS = (
    "lsm", "mmstack", "ndtiff", "fluoview", "stk", "sis", "svs", "scn", "qpi", "ndpi", "bif", "avs", "eer",
    "philips", "nih", "mdgel",
)  # fmt: skip


def is_foreign(tif: tifffile.TiffFile) -> bool:
    """Whether to use the axes that tifffile reads."""
    return any(getattr(tif, f"is_{kind}", False) for kind in _KINDS)


def foreign_images(path: Path, tif: tifffile.TiffFile, pages: Pages) -> list[Image]:
    """Describe the images in an open file as tifffile reads them; thumbnails are omitted.

    Raises AxesError if planes are missing, and they are not the last frames; ImageFormatError if there is no
    image, or the file is truncated.
    """
    found = [
        _image(path, tif, place, pages)
        for place, series in enumerate(tif.series)
        if math.prod(series.shape) and not (place and series.keyframe.is_reduced)
    ]
    if not found:
        raise ImageFormatError(f"{path}: no image in it; save it again")
    return found


def _image(path: Path, tif: tifffile.TiffFile, place: int, all_pages: Pages) -> Image:
    series = tif.series[place]
    letters, sizes, grid, inside, colours = _split_axes(series)
    missing = sum(one is None for one in series.pages)
    if missing and series.kind == "ome":
        raise ImageFormatError(
            f"{path}: {missing} of its {len(series.pages)} planes are in other files, which are missing; put "
            "them next to it"
        )
    front = len(sizes)
    while front and not colours and math.prod(sizes[front:]) < inside:  # the last axes are planes in a page
        front -= 1
    promise = Promise(by=f"{series.kind.upper()} header", letters=letters[:front], sizes=sizes[:front])
    run, offsets = None, None
    notes: tuple[str, ...] = ()
    if len(series.pages) == 1 and series.dataoffset is not None and inside == 1:  # as STK
        run = series.dataoffset
        count = min(math.prod(sizes), (all_pages.size - run) // series.keyframe.nbytes)
        promise, index = fit_pages(path, promise, np.arange(count), count, 1, in_run=True)
        plane, stored = series.keyframe.nbytes, sum(series.keyframe.databytecounts)
        if stored not in (plane, plane * math.prod(sizes)):  # of one plane, or of all
            notes = (f"a plane has {plane} bytes, but its strips have {stored}: its size may be wrong",)
    else:
        there = [one is not None and any(one.dataoffsets) for one in series.pages]
        index = np.where(there, np.arange(len(there)), -1)
        promise, index = fit_pages(path, promise, index, sum(there), inside)
        offsets = _offsets(tif, series, index)
    letters, sizes = promise.letters + letters[front:], promise.sizes + sizes[front:]
    if colours:
        letters, sizes = f"{letters.replace('C', 'I')}C", (*sizes, inside)
    planes = Planes(
        path=path,
        shape=grid,
        dtype=series.dtype.newbyteorder(tif.byteorder),
        size=all_pages.size,
        offsets=index if offsets is None else offsets,
        in_page=inside,
        samples_last=colours,
        start=run,
        series=place if run is None and offsets is None else None,
    )
    known = _ome_image(tif, place, grid)
    calibration = known.calibration or _calibration(tif, dict(zip(letters, sizes, strict=True)))
    described = replace(
        promise,
        letters=letters,
        sizes=sizes,
        calibration=calibration,
        channel_names=known.channel_names,
        title=series.name,
        notes=(*promise.notes, *notes),
        rgb=colours and series.keyframe.photometric in COLOURS,
    )
    return Image(described, planes)


def _ome_image(tif: tifffile.TiffFile, place: int, grid: tuple[int, int]) -> Promise:
    """Calibration and channel names of an image in OME-XML, as of Micro-Manager; empty if there is none."""
    described = ome.described_images(tif.pages.first.description or "")
    if len(described) == len(tif.series) and described[place].plane == grid:
        return described[place]
    return Promise(by="", letters="", sizes=())


def _split_axes(
    series: tifffile.TiffPageSeries,
) -> tuple[str, tuple[int, ...], tuple[int, int], int, bool]:
    """Axes before Y and X and their sizes, (Y, X), planes in a page, and whether they are interleaved."""
    letters, sizes = series.axes, series.shape
    samples = letters.endswith(("S", "XC"))
    y, x = sizes[-3:-1] if samples else sizes[-2:]
    inside = math.prod(series.keyframe.shape) // (y * x)
    front = len(letters) - 2 - samples
    return letters[:front], sizes[:front], (y, x), inside, samples and sizes[-1] > 1


def _offsets(
    tif: tifffile.TiffFile, series: tifffile.TiffPageSeries, index: npt.NDArray[np.intp]
) -> npt.NDArray[np.int64] | None:
    """Offsets of page headers to read pages by; None if tifffile must find the pixels of a page."""
    corrected = tif.is_lsm and (series.keyframe.compression != 1 or tif.filehandle.size >= 2**32)
    pages = [series.pages[k] for k in index.tolist()]
    if corrected or series.transform or not all(one.parent is tif and one.offset for one in pages):
        return None
    return np.array([one.offset for one in pages], np.int64)


def _calibration(tif: tifffile.TiffFile, sizes: Mapping[str, int]) -> Calibration | None:
    slices = math.prod(size for letter, size in sizes.items() if letter not in "TC")
    if tif.is_lsm:
        return _lsm(tif.lsm_metadata or {}, slices)
    return _stk(tif.stk_metadata or {}, slices, sizes.get("T", 1)) if tif.is_stk else None


def _lsm(header: Mapping[str, Any], slices: int) -> Calibration:
    edges = {axis: number(header.get(f"VoxelSize{axis}")) for axis in "ZYX"}  # metres
    interval = number(header.get("TimeIntervall"))
    return calibration_from(
        {axis: edge * 1e6 if edge else None for axis, edge in edges.items()},
        interval / 60 if interval else None,
        origin="LSM metadata",
        slices=slices,
    )


def _stk(header: Mapping[str, Any], slices: int, frames: int) -> Calibration:
    um = um_in(header.get("CalibrationUnits")) if header.get("SpatialCalibration") else None
    edges = {axis: number(header.get(f"{axis}Calibration")) for axis in "YX"}
    lengths = {axis: edge * um if edge and um else None for axis, edge in edges.items()}
    step = float(np.median(header.get("ZDistance", 0.0)))  # um
    milliseconds = np.diff(np.asarray(header.get("TimeCreated", 0), np.int64).ravel())
    interval = float(np.median(milliseconds)) / 60000 if frames > 1 and len(milliseconds) else 0.0
    return calibration_from(
        lengths | {"Z": (step or None) if um and slices > 1 else None},
        interval or None,
        origin="STK metadata",
        slices=slices,
    )
