"""Special kinds of tif, read by tifffile: LSM, STK, FluoView, OME-TIFF of several files, .."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.calibration import Calibration, calibration_from
from napari_devolearn.io.tiff.image import Image
from napari_devolearn.io.tiff.pages import Pages
from napari_devolearn.io.tiff.planes import Planes
from napari_devolearn.io.tiff.promise import number

if TYPE_CHECKING:
    import tifffile

_KINDS = (
    "lsm", "mmstack", "ndtiff", "fluoview", "stk", "sis", "svs", "scn", "qpi", "ndpi", "bif", "avs", "eer",
    "philips", "scanimage", "nih", "mdgel",
)  # fmt: skip


def is_foreign(tif: tifffile.TiffFile) -> bool:
    """Whether to use the axes that tifffile reads."""
    return any(getattr(tif, f"is_{kind}", False) for kind in _KINDS)


def foreign_images(path: Path, tif: tifffile.TiffFile, pages: Pages) -> list[Image]:
    """Describe the images in a file as tifffile reads them.

    Parameters
    ----------
    path : Path
    tif : tifffile.TiffFile
        Open.
    pages : Pages

    Returns
    -------
    list of Image

    Raises
    ------
    ImageFormatError
        If planes are missing.
    """
    found = [_image(path, tif, series, pages) for series in tif.series if math.prod(series.shape)]
    if not found:
        raise ImageFormatError(f"{path}: no image in it; save it again")
    return found


def _image(path: Path, tif: tifffile.TiffFile, series: tifffile.TiffPageSeries, all_pages: Pages) -> Image:
    pages = [page for page in series.pages if page is not None]
    if len(pages) < len(series.pages):
        raise ImageFormatError(
            f"{path}: {len(series.pages) - len(pages)} of its {len(series.pages)} planes are in other files, "
            "which are missing; put them next to it"
        )
    page, colours = series.keyframe, series.axes.endswith("S") and series.shape[-1] > 1
    letters, sizes = series.axes, series.shape
    if letters.endswith("S") and not colours:
        letters, sizes = letters[:-1], sizes[:-1]
    end = 3 if colours else 2
    y, x = sizes[len(sizes) - end : len(sizes) - end + 2]
    letters, sizes = letters[:-end], sizes[:-end]
    inside = math.prod(page.shape) // (y * x)
    one_file = all(one.parent is tif for one in pages)
    paged = one_file and len(pages) * inside * y * x == math.prod(series.shape)
    paged &= series.transform is None and all(one.offset for one in pages)
    run = series.dataoffset if not paged and one_file and series.transform is None else None
    if colours:
        letters, sizes = f"{letters.replace('C', 'I')}C", (*sizes, series.shape[-1])
        paged, run = paged and page.axes.endswith("S"), None
    planes = Planes(
        path=path,
        shape=(y, x),
        dtype=series.dtype.newbyteorder(tif.byteorder),
        size=all_pages.size,
        offsets=np.array([one.offset for one in pages] if paged else [], np.int64),
        in_page=inside,
        samples_last=colours,
        start=run,
        series=None if paged or run is not None else tif.series.index(series),
    )
    slices = dict(zip(letters, sizes, strict=True)).get("Z", 1)
    return Image(
        letters=letters,
        sizes=sizes,
        planes=planes,
        calibration=_lsm(tif.lsm_metadata, slices) if tif.is_lsm else None,
        title=series.name,
        rgb=colours and series.shape[-1] in (3, 4),
    )


def _lsm(said: dict[str, object] | None, slices: int) -> Calibration | None:
    if not said:
        return None
    edges = {axis: number(said.get(f"VoxelSize{axis}")) for axis in "ZYX"}  # metres
    interval = number(said.get("TimeIntervall"))
    return calibration_from(
        {axis: edge * 1e6 if edge else None for axis, edge in edges.items()},
        interval / 60 if interval else None,
        origin="LSM metadata",
        slices=slices,
    )
