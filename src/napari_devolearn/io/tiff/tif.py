"""Open a tif with the axes and the calibration of its header; volumes or slices are read on demand."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.border import reading
from napari_devolearn.io.core.image_file import ImageFile, check_grey, check_series
from napari_devolearn.io.core.tif_names import is_labels_name
from napari_devolearn.io.tiff.axes import Axes, name_axes, set_axes
from napari_devolearn.io.tiff.header import images_in
from napari_devolearn.io.tiff.imagej import TAGS
from napari_devolearn.io.tiff.pages import scan_pages
from napari_devolearn.io.tiff.planes import Image, Planes, tifffile_log


def open_tif(
    path: Path, *, volume: bool = False, axes: str | None = None, series: int | None = None
) -> ImageFile:
    """Read the header of a tif: ImageJ's, OME's, tifffile's, or plain pages. Notes name its other images.

    Parameters
    ----------
    path : Path
    volume : bool
        The file is one time point of a sequence: its pages are slices.
    axes : str, optional
        The axes before Y and X, slowest first, instead of those of the header: ``"ZTYX"`` or, with
        sizes, ``"T3,Z5"``.
    series : int, optional
        One of several images, from 0; by default the first.

    Raises
    ------
    AxesError
        If the axes are unknown, or `axes` does not match the planes.
    ImageFormatError
        If the file is missing, damaged, not a tif, not of real numbers, or has no such series.
    """
    files = open_tif_images(path, volume=volume, axes=axes, series=series)
    if series is not None or len(files) == 1:
        return files[series or 0]
    first, *others = files
    named = ", ".join(f"{n} ({_describe(file)})" for n, file in enumerate(others[:5], 1))
    note = (
        f"has {len(files)} images; 0 ({_describe(first)}) is opened, not {named}"
        f"{', ..' if len(others) > 5 else ''}: choose another with --series 1 (in Python series=); the "
        "window shows all"
    )
    return replace(first, notes=(*first.notes, note))


def open_tif_images(
    path: Path, *, volume: bool = False, axes: str | None = None, series: int | None = None
) -> list[ImageFile]:
    """Read the headers of all images in a tif (at least one), with parameters and errors of `open_tif`.

    `series` is the image of `axes`; by default all.
    """
    import tifffile

    with tifffile_log() as log, reading(path):
        try:
            pages = scan_pages(path)
            with tifffile.TiffFile(path) as tif:
                images = _images(path, tif, pages, axes)
                check_series(path, series, [image.promise.title for image in images])
                files = [
                    _file(path, image, volume=volume, axes=axes if series in (None, number) else None)
                    for number, image in enumerate(images)
                ]
        except ImageFormatError as error:
            raise type(error)(f"{error}{_logged(log)}") from error
    if log:
        files[0] = replace(files[0], notes=(*files[0].notes, _logged(log).strip()))
    return files


def _images(path: Path, tif: Any, pages: Any, axes: str | None) -> list[Image]:
    try:
        return images_in(path, tif, pages)
    except ImageFormatError:  # also for a truncated copy, whose first planes may be requested
        if axes is None:
            raise
        return images_in(path, tif, pages, trust=False)


def _file(path: Path, image: Image, *, volume: bool, axes: str | None) -> ImageFile:
    promise, planes = image
    letters, sizes = promise.letters, promise.sizes
    if axes is not None:
        letters, sizes = set_axes(path, axes, letters, sizes)
    named = name_axes(path, letters, sizes, volume=volume and axes is None)
    shape = (named.size("T"), named.size("Z"), *planes.shape)
    channels = named.size("C")
    check_grey(path, shape, planes.dtype)
    calibration, notes = promise.calibration, list(promise.notes)
    titled = promise.title.strip().lower().startswith(("label", "mask"))
    if calibration and volume and TAGS in calibration.origin:
        calibration = None  # masks of a sequence often have another calibration than its images
    if calibration and calibration.voxel_size and axes is not None and shape[1] > 1 and calibration.flat:
        notes.append(f"its header has no size along Z: {calibration.voxel_size[0]:g} um is used")
    return ImageFile(
        path=path,
        shape=shape,
        dtype=planes.dtype.newbyteorder("="),
        read=partial(_read, planes, named),
        by_slices=True,
        channels=channels,
        calibration=calibration,
        title=promise.title,
        frames=promise.frames,
        missing=promise.missing,
        offset=promise.offset,
        channel_names=promise.channel_names if len(promise.channel_names) == channels else (),
        axes=str(named),
        labels=planes.dtype.kind in "bui" and channels == 1 and (titled or is_labels_name(path.name)),
        rgb=promise.rgb and channels == planes.in_page in (3, 4) and axes is None,
        notes=tuple(notes),
    )


def _read(planes: Planes, axes: Axes, t: int, channel: int, slices: slice = slice(None)) -> npt.NDArray[Any]:
    return planes.read(axes.planes(t, channel)[slices])


def _describe(file: ImageFile) -> str:
    sizes = " x ".join(map(str, (file.channels, *file.shape) if file.channels > 1 else file.shape))
    return f"{sizes} {file.dtype}" + (f" {file.title!r}" if file.title else "")


def _logged(log: list[str]) -> str:
    return f" (tifffile: {'; '.join(log[:3])})" if log else ""
