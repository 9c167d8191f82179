"""One tif, read a volume at a time, with the axes and the calibration of its metadata."""

from __future__ import annotations

import warnings
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.border import reading
from napari_devolearn.io.core.image_file import ImageFile, check_grey
from napari_devolearn.io.tiff.axes import Axes, name_axes
from napari_devolearn.io.tiff.ifd import check_pages
from napari_devolearn.io.tiff.tif_calibration import calibration_of_tif, ome_frames, ome_image_name

if TYPE_CHECKING:
    import tifffile


def open_tif(path: Path, *, volume: bool = False) -> ImageFile:
    """Read the header of a tif: ImageJ's, OME's, tifffile's, or plain pages.

    Parameters
    ----------
    path : Path
    volume : bool
        The file is one time point, as those of a sequence are: its pages are slices.

    Returns
    -------
    ImageFile

    Raises
    ------
    ImageFormatError
        If the file is missing, damaged, no tif, or not of grey images of real numbers.
    """
    import tifffile

    with reading(path):
        check_pages(path)
        with tifffile.TiffFile(path) as tif:
            series = tif.series[0]
            axes = name_axes(path, series.axes, series.shape, volume=volume)
            check_grey(path, series.shape, series.dtype)
            _check_extent(path, tif, series)
            if len(tif.series) > 1:
                warnings.warn(
                    f"{path}: holds {len(tif.series)} images; the first is opened, save the others as files",
                    stacklevel=2,
                )
            slices = axes.size(axes.z)
            y, x = series.shape[len(axes.sizes) :][:2]
            return ImageFile(
                path=path,
                shape=(axes.size(axes.t), slices, y, x),
                dtype=series.dtype.newbyteorder("="),
                read=partial(_read_volume, path, axes, series.shape),
                channels=axes.size(axes.c),
                calibration=calibration_of_tif(tif, slices),
                title=ome_image_name(tif.ome_metadata),
                frames=ome_frames(tif.ome_metadata),
            )


def _check_extent(path: Path, tif: tifffile.TiffFile, series: tifffile.TiffPageSeries) -> None:
    """Refuse a file that ends before its pixels do, or whose pixels lie in another file."""
    first = series.keyframe
    ends = [start + length for start, length in zip(first.dataoffsets, first.databytecounts, strict=False)]
    if series.dataoffset is not None:
        ends.append(series.dataoffset + series.nbytes)
    size = path.stat().st_size
    if max(ends, default=0) > size:
        raise ImageFormatError(
            f"{path}: is cut off: {size} bytes where the pixels need {max(ends)}; copy it again"
        )
    if tif.is_ome and any(page is None for page in series.pages):
        raise ImageFormatError(
            f"{path}: some of its planes lie in other files, which are not there; put them beside it"
        )


def _read_volume(path: Path, axes: Axes, shape: tuple[int, ...], t: int, channel: int) -> npt.NDArray[Any]:
    import tifffile

    with reading(path):
        check_pages(path)
        with tifffile.TiffFile(path) as tif:
            series = tif.series[0]
            if series.shape != shape:
                raise ImageFormatError(f"{path}: has changed since it was opened; open it again")
            planes = _read_planes(tif, series, axes.planes(t, channel))
            return planes.astype(planes.dtype.newbyteorder("="), copy=False)


def _read_planes(
    tif: tifffile.TiffFile, series: tifffile.TiffPageSeries, wanted: npt.NDArray[np.intp]
) -> npt.NDArray[Any]:
    plane = series.shape[-2] * series.shape[-1]
    if series.dataoffset is not None:
        dtype = np.dtype(f"{tif.byteorder}{series.dtype.char}")
        parts = [
            tif.filehandle.read_array(dtype, plane, series.dataoffset + int(index) * plane * dtype.itemsize)
            for index in wanted
        ]
        planes = np.stack(parts)
    elif len(series.pages) * plane == series.size:
        planes = tif.asarray(key=wanted.tolist(), series=0)
    else:  # one page holds several planes (SGI's ImageDepth): rare, and then only as a whole
        planes = series.asarray().reshape(-1, plane)[wanted]
    return planes.reshape(len(wanted), *series.shape[-2:])
