"""Open a sequence of files, t000.tif .., one per frame, as a lazy stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import CTCFormatError, ImageFormatError
from napari_devolearn.io.core.gaps import placed_stack, warn_of_missing
from napari_devolearn.io.core.image_file import ImageFile, checked_calibration
from napari_devolearn.io.core.lazy import lazy_frames
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.ctc.checks import check_alike, check_frames, choose_channel
from napari_devolearn.io.ctc.layout import frame_files, holds_masks, sequences, truth_beside, warn_of_misnamed
from napari_devolearn.io.tiff.tif import open_tif


def read_ctc(
    path: Path | str,
    *,
    voxel_size: VoxelSize | None = None,
    axes: str | None = None,
    channel: int | str | None = None,
) -> Stack:
    """Open a sequence of the Cell Tracking Challenge (CTC); only headers are read.

    Parameters
    ----------
    path : Path or str
        Folder of ``t000.tif`` .. with three or four digits, from any first frame; or the root
        of a data set, whose first sequence is opened.
    voxel_size : tuple of float, optional
        (Z, Y, X) in um; by default from the files, else from the CTC table by the folder's name.
    axes : str, optional
        Axes of each file before Y and X, such as ``"CZ"``, if its header is wrong.
    channel : int or str, optional
        One of several channels, from 0 or by its name in the files.

    Returns
    -------
    Stack
        From the first frame to the last. Frames without a file are empty, and named in a warning.

    Raises
    ------
    CTCFormatError
        If the folder is no sequence, or two files are the same frame.
    ImageFormatError
        If a file is damaged, not a tif, not greyscale, or differs from the others in size or type.
    """
    folder = _sequence_folder(Path(path))
    files = frame_files(folder)["t"]
    check_frames(files)
    warn_of_misnamed(folder)
    stack = stack_files(
        [open_tif(file.path, volume=True, axes=axes) for file in files],
        frames=tuple(file.frame for file in files),
        source=folder,
        voxel_size=voxel_size,
        channel=channel,
    )
    return replace(stack, axes=axes, truth=truth_beside(folder))


def stack_files(
    files: Sequence[ImageFile],
    *,
    frames: tuple[int, ...],
    source: Path,
    voxel_size: VoxelSize | None = None,
    channel: int | str | None = None,
) -> Stack:
    """Stack files, one time point each, from the folder `source`; `frames` are their numbers, ascending.

    Raises ImageFormatError if they differ in size or type, have several time points, or have several channels
    and none is chosen.
    """
    check_alike(files)
    chosen = choose_channel(files[0], channel)
    if long := [file for file in files if file.shape[0] > 1]:
        raise ImageFormatError(
            f"{long[0].path}: has {long[0].shape[0]} time points, but is one frame of a sequence; open it "
            "separately"
        )
    stack = placed_stack(
        lazy_frames(lambda t: files[t].read(0, chosen), (len(files), *files[0].shape[1:]), files[0].dtype),
        frames,
        checked_calibration(files, voxel_size),
        source=source,
        name=source.absolute().name,
        offset=files[0].offset,
        channel=chosen if files[0].channels > 1 else None,
    )
    warn_of_missing(stack, "file for the")
    return stack


def _sequence_folder(path: Path) -> Path:
    if frame_files(path).get("t"):
        return path
    if raw := [found.raw for found in sequences(path) if found.raw]:
        return raw[0]
    if not path.exists():
        raise CTCFormatError(f"{path}: the folder is missing; check the path")
    if path.is_file():
        raise CTCFormatError(f"{path}: is a file, not a folder of frames; use read_image")
    if holds_masks(path):
        raise CTCFormatError(f"{path}: has masks, not images; use read_labels")
    raise CTCFormatError(f"{path}: no frames (t000.tif, t001.tif, ..); choose the folder of the frames")
