"""Open any image that can be segmented."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.border import reading
from napari_devolearn.io.core.gaps import placed_stack
from napari_devolearn.io.core.image_file import ImageFile, check_series, checked_calibration, lazy_channel
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.core.tif_names import TIF_SUFFIXES, is_labels_name
from napari_devolearn.io.ctc.checks import check_frames, choose_channel
from napari_devolearn.io.ctc.layout import is_ctc, tifs_in
from napari_devolearn.io.ctc.names import layer_name, natural_key, parse_name
from napari_devolearn.io.ctc.sequence import read_ctc, stack_files
from napari_devolearn.io.ome_zarr.reader import is_zarr, open_ome_zarr
from napari_devolearn.io.pictures.picture import PICTURE_SUFFIXES, is_coloured, open_coloured, open_picture
from napari_devolearn.io.plane_files import join_planes, warn_of_skipped_numbers
from napari_devolearn.io.tiff.tif import open_tif


def read_image(
    path: Path | str | Sequence[Path | str],
    *,
    voxel_size: VoxelSize | None = None,
    axes: str | None = None,
    channel: int | str | None = None,
    series: int | None = None,
    colours: bool = False,
) -> Stack:
    """Open an image, a stack or a movie; only headers are read.

    Parameters
    ----------
    path : Path, str or sequence of them
        A .tif, .png or .jpg; an OME-Zarr; a folder of frames (``01/``); the root of a data set (its
        first sequence is opened); or other tifs in a folder or a list, one time point each, in natural order,
        or one plane or channel each, if their names say so (``a_t01_z03_ch00.tif``).
    voxel_size : tuple of float, optional
        (Z, Y, X) in um; by default from the files, else from the CTC table by the folder's name.
    axes : str, optional
        Axes of a tif before Y and X, slowest first, if its header is wrong: ``"ZT"`` or, with sizes,
        ``"T3,Z5"``. For a folder or a list: of each file.
    channel : int or str, optional
        One of several channels, from 0 or by its name in the file.
    series : int, optional
        One of several images in a tif or OME-Zarr, from 0; by default the first, with a warning that names
        the others.
    colours : bool
        Convert an RGB image to greyscale, instead of refusing it.

    Raises
    ------
    ImageFormatError
        If a file is missing, damaged, not greyscale or has several channels, or files of a list differ.
    CTCFormatError
        If a folder has no frames.
    """
    files: list[Path] | None = None
    if not isinstance(path, Path | str):
        files = [Path(one) for one in path]
        path = files[0].parent if files else Path()
    path = Path(path)
    if files is not None or (path.is_dir() and not is_zarr(path)):
        if series is not None:
            raise ImageFormatError(f"{path}: --series is for one file with several images; leave it out")
        if files is None and (is_ctc(path) or not (files := tifs_in(path))):
            return read_ctc(path, voxel_size=voxel_size, axes=axes, channel=channel)
        return read_files(files, voxel_size=voxel_size, axes=axes, channel=channel)
    file = open_image(path, axes=axes, series=series, colours=colours and channel is None)
    chosen = choose_channel(file, channel)
    stack = next(islice(channels(file, voxel_size=voxel_size), chosen, None))
    return replace(stack, axes=axes, series=series)


def read_files(
    paths: Sequence[Path],
    *,
    voxel_size: VoxelSize | None = None,
    axes: str | None = None,
    channel: int | str | None = None,
) -> Stack:
    """Open files in any order as a movie: one time point each, or one plane or channel by their names.

    Names such as t005.tif give the frame numbers. Parameters and errors are those of `read_image`;
    ImageFormatError also if some are named as masks.
    """
    if not paths:
        raise ImageFormatError("no files: pass at least one")
    masks = [path.name for path in paths if is_labels_name(path.name)]
    if 0 < len(masks) < len(paths):
        raise ImageFormatError(
            f"{paths[0].parent}: has images and masks ({masks[0]}); move the masks into a separate folder"
        )
    paths = sorted(paths, key=natural_key)
    named = [file for file in map(parse_name, paths) if file and file.kind == "t"]
    numbers = tuple(sorted(file.frame for file in named)) if len(named) == len(paths) else ()
    if numbers:
        check_frames(named)
        paths = [file.path for file in sorted(named, key=lambda file: file.frame)]
    files = join_planes([open_image(path, volume=True, axes=axes) for path in paths])
    warn_of_skipped_numbers(files, paths[0].parent)
    stack = stack_files(
        files,
        frames=numbers or tuple(range(len(files))),
        source=paths[0].parent,
        voxel_size=voxel_size,
        channel=channel,
    )
    return replace(stack, axes=axes)


def open_image(
    path: Path,
    *,
    volume: bool = False,
    axes: str | None = None,
    series: int | None = None,
    colours: bool = False,
) -> ImageFile:
    """Read the header of a file by its suffix; `volume` means that it is one time point.

    `colours` converts an RGB image to greyscale, unless axes or a series are given. Raises ImageFormatError
    if the type is not supported, or the file is missing, damaged or not greyscale.
    """
    with reading(path):
        path.stat()
    if colours and axes is None and series is None and is_coloured(path):
        return open_coloured(path)
    suffix = path.suffix.lower()
    if axes is not None and (is_zarr(path) or suffix not in TIF_SUFFIXES):
        raise ImageFormatError(
            f"{path}: --axes is for tif files; the axes of this file are known; leave it out"
        )
    if is_zarr(path):
        return open_ome_zarr(path, series)
    if suffix in PICTURE_SUFFIXES:
        check_series(path, series, [""])
        return open_picture(path)
    if suffix in TIF_SUFFIXES:
        return open_tif(path, volume=volume or parse_name(path) is not None, axes=axes, series=series)
    kinds = ", ".join((*TIF_SUFFIXES, *PICTURE_SUFFIXES))
    raise ImageFormatError(
        f"{path}: file type is not supported; save it as OME-TIFF (Fiji opens most microscope files), or "
        f"choose a folder of frames, an OME-Zarr or one of {kinds}"
    )


def channels(file: ImageFile, *, voxel_size: VoxelSize | None = None) -> Iterator[Stack]:
    """Split a file into its channels, one stack each.

    Raises ImageFormatError if the voxel size is not positive.
    """
    calibration = checked_calibration([file], voxel_size)
    name = layer_name(file.path)
    numbered = parse_name(file.path)
    numbers = (numbered.frame,) if numbered else file.frame_numbers
    for channel in range(file.channels):
        yield placed_stack(
            lazy_channel(file, channel),
            numbers,
            calibration,
            source=file.path,
            missing=file.missing,
            name=name if file.channels == 1 else f"{name} {file.channel_name(channel)}",
            channel=channel if file.channels > 1 else None,
            offset=file.offset,
        )
