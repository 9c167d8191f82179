"""Open masks of the Cell Tracking Challenge (CTC), or the labels in one file, as a lazy stack."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import CTCFormatError, ImageFormatError, warn_caller
from napari_devolearn.io.core.calibration import Calibration, find_calibration
from napari_devolearn.io.core.gaps import frame_ranges, placed_stack, warn_of_missing
from napari_devolearn.io.core.image_file import ImageFile, checked_calibration, lazy_channel, pick_channel
from napari_devolearn.io.core.lazy import lazy_frames
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.core.tif_names import is_tif_name
from napari_devolearn.io.ctc.checks import check_integer, check_labels, check_single_channel, choose_channel
from napari_devolearn.io.ctc.layout import frame_files, mask_folders, warn_of_misnamed
from napari_devolearn.io.ctc.mask_volumes import image_beside, open_masks
from napari_devolearn.io.ctc.names import FrameFile, layer_name, parse_name
from napari_devolearn.io.ome_zarr.reader import is_zarr, open_zarr_labels
from napari_devolearn.io.rle.masked_image import labels_of
from napari_devolearn.io.rle.rle_file import is_rle_name, read_rle
from napari_devolearn.io.tiff.tif import open_tif


def read_labels(
    path: Path | str,
    *,
    axes: str | None = None,
    channel: int | str | None = None,
    series: int | None = None,
) -> Stack:
    """Open labels; only headers are read.

    Parameters
    ----------
    path : Path or str
        A folder of masks such as ``01_GT/TRA``, ``01_ST/SEG`` or ``01_RES``; one tif; an OME-Zarr that
        contains labels; or run-length masks of images of one size (``.csv`` of Kaggle, ``.json`` of COCO),
        one frame per image, in the order of their names.
    axes : str, optional
        Axes of a tif before Y and X, slowest first, if its header is wrong.
    channel : int or str, optional
        One of several channels of a tif, from 0 or by its name.
    series : int, optional
        One of several images in a tif, from 0.

    Returns
    -------
    Stack
        Integers; one frame per mask.

    Raises
    ------
    CTCFormatError
        If the folder has no masks or several kinds of them, or two files are the same frame.
    ImageFormatError
        If a file is damaged, not a tif, not of integers, or differs from the others in size or type.
    RLEFormatError
        If run-length masks break their format, or images differ in size.
    """
    path = Path(path)
    is_tif = is_tif_name(path.name) and not path.is_dir()
    chosen = any(one is not None for one in (axes, channel, series))
    if chosen and not is_tif:
        raise ImageFormatError(
            f"{path}: --axes, --channel and --series are for labels in one tif; leave them out"
        )
    if is_rle_name(path):
        return labels_of(read_rle(path), path)
    if is_zarr(path):
        return labels_in_file(open_zarr_labels(path))
    if not is_tif:
        return read_masks(mask_files(path))
    if not chosen and (file := parse_name(path)) and file.kind != "t":
        return replace(read_masks([file]), name=layer_name(path), source=path)
    image = open_tif(path, axes=axes, series=series)
    return labels_in_file(pick_channel(image, choose_channel(image, channel)))


def mask_files(folder: Path) -> list[FrameFile]:
    """List the masks of a folder, sorted; raises CTCFormatError if there are none, or several kinds."""
    if not folder.is_dir():
        unsupported = "labels of this file type are not supported; save them as a tif"
        problem = unsupported if folder.exists() else "no such file or folder; check the path"
        raise CTCFormatError(f"{folder}: {problem}")
    kinds = {kind: files for kind, files in frame_files(folder).items() if kind != "t"}
    if len(kinds) > 1:
        raise CTCFormatError(
            f"{folder}: has {' and '.join(kinds)} files; put each kind into a separate folder"
        )
    if not kinds:
        inside = " or ".join(found.name for found in mask_folders(folder))
        remedy = f"open {inside} in it" if inside else "choose the folder of the masks"
        raise CTCFormatError(f"{folder}: no masks (man_track, man_seg or mask 000.tif, ..); {remedy}")
    warn_of_misnamed(folder)
    return next(iter(kinds.values()))


def read_masks(files: Sequence[FrameFile], *, like: Stack | None = None) -> Stack:
    """Stack masks of one folder and kind; errors are those of `read_labels`.

    `like` is the stack of their images, of the same size: the masks get its calibration and frames, with an
    empty frame where there is no mask.
    """
    masks = open_masks(files, like.shape[1] if like else None)
    folder, numbers = files[0].path.parent, tuple(sorted(masks.files))
    if not like:
        first = masks.files[numbers[0]][0][1]
        calibration, offset = _calibration_beside(folder, first), first.offset
    else:
        _check_like(folder, masks.shape, numbers, like)
        numbers, offset = like.frames, like.offset
        calibration = Calibration(
            voxel_size=like.voxel_size, origin=like.calibration, frame_interval=like.frame_interval
        )
    own = folder.absolute()
    stack = placed_stack(
        lazy_frames(lambda t: masks.read(numbers[t]), (len(numbers), *masks.shape), masks.dtype),
        numbers,
        calibration,
        source=folder,
        missing=set(numbers) - masks.files.keys(),
        name=f"{own.parent.name}/{own.name}" if own.name.upper() in ("SEG", "TRA") else own.name,
        offset=offset,
    )
    if not like:
        warn_of_missing(stack, "mask for")
    return stack


def labels_in_file(file: ImageFile) -> Stack:
    """Open the labels of one file, with its frame numbers, else 0, 1, ..

    Raises ImageFormatError if they are not integers, or have several channels.
    """
    check_integer([file])
    check_single_channel([file])
    numbers = file.frame_numbers
    # napari does not accept booleans as labels
    dtype = np.dtype(np.uint8) if file.dtype.kind == "b" else file.dtype

    def read(t: int, channel: int, *slices: slice) -> npt.NDArray[Any]:
        labels = check_labels(file.read(t, channel, *slices), f"{file.path}: frame {numbers[t]}")
        return labels.astype(dtype, copy=False)

    return placed_stack(
        lazy_channel(replace(file, dtype=dtype, read=read), 0),
        numbers,
        checked_calibration([file]),
        source=file.path,
        missing=file.missing,
        name=layer_name(file.path),
        offset=file.offset,
    )


def _check_like(folder: Path, shape: tuple[int, ...], frames: Iterable[int], like: Stack) -> None:
    if shape != like.shape[1:]:
        sizes = [" x ".join(map(str, size)) for size in (shape, like.shape[1:])]
        raise CTCFormatError(
            f"{folder}: masks of {sizes[0]} (Z x Y x X), but the images in {like.source} are {sizes[1]}; "
            "open the two folders separately"
        )
    if extra := set(frames) - set(like.frames):
        warn_caller(
            f"{folder}: masks of the frames {frame_ranges(extra)} have no image and are not shown; open the "
            "folder separately to see them"
        )


def _calibration_beside(folder: Path, first: ImageFile) -> Calibration:
    """Calibration of masks, else of the images next to their folder."""
    found = find_calibration(first.path, first.calibration)
    image = image_beside(folder) if found.voxel_size is None else None
    return find_calibration(image.path, image.calibration) if image else found
