"""Result folders of the Cell Tracking Challenge: ``mask000.tif`` .. and ``res_track.txt``."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import CTCFormatError
from napari_devolearn.io.core.calibration import check_voxel_size
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.ctc.split_labels import MAX_LABEL, Renames, split_gaps, warn_of_gaps
from napari_devolearn.io.ctc.tracktable import mask_problems, track_problems, write_tracks
from napari_devolearn.io.tiff.ome_metadata import OME_TIFF, ome_metadata
from napari_devolearn.io.writing.atomic import atomic_folder
from napari_devolearn.io.writing.frames import fit, numbered_frames
from napari_devolearn.lineage.tracks import Presence, Tracks, note_labels

TABLE = "res_track.txt"
"""Name of the table of a result."""

_MASK = re.compile(r"mask[0-9]+\.tif")

NOT_LINKED = (
    "objects are not linked over time, so the rows of res_track.txt are not tracks; link the masks with "
    "'napari-devolearn track' before you use the table"
)
"""Warning for a segmented movie that is written without tracks."""


def write_ctc(
    folder: Path | str,
    labels: Any,
    tracks: Tracks | None = None,
    *,
    frames: Sequence[int] | None = None,
    voxel_size: VoxelSize | None = None,
    frame_interval: float | None = None,
    digits: int = 3,
    overwrite: bool = False,
) -> list[Path]:
    """Write labels and tracks as a CTC result folder, completely or not at all.

    Each frame is one compressed uint16 file with one page per slice; its OME metadata has the voxel size and
    the frame interval.

    Parameters
    ----------
    folder : Path or str
        ``01_RES`` by convention. Created if missing.
    labels : array-like of YX, ZYX or TZYX, iterable of (int, ndarray ZYX), or Stack
        An iterable yields frame number and labels; only one frame is in memory at a time. Missing frames of a
        stack get no mask.
    tracks : Tracks, optional
        Must agree with the labels. Without tracks, each label is one track; if it leaves and returns, each
        return gets a new label with the former one as its parent.
    frames : sequence of int, optional
        Frame numbers of an array, for the file names; 0, 1, .. by default.
    voxel_size : tuple of float, optional
        (Z, Y, X) in um.
    frame_interval : float, optional
        In minutes.
    digits : int
        Minimum number of digits in a file name; the challenge uses 3 or 4.
    overwrite : bool
        Replace the masks and the table in a folder that has content; other files stay.

    Returns
    -------
    list of Path
        The masks in order, then the table.

    Raises
    ------
    TooManyLabelsError
        If a label is larger than 65535, or splitting labels would need such a label.
    CTCFormatError
        If tracks and labels contradict each other; the message names all contradictions.
    ImageFormatError
        If the labels are not integers from 0, their frames differ in shape, or the voxel size is invalid.
    OutputExistsError, OutputError
        If the folder has content or cannot be written.
    """
    folder = Path(folder)
    if isinstance(labels, Stack):
        labels = labels.without_missing()
        frames, voxel_size = frames or labels.frames, voxel_size or labels.voxel_size
        frame_interval = frame_interval or labels.frame_interval
        labels = labels.data
    _refuse(folder, track_problems(tracks) if tracks else [])
    renames: Renames = {}
    with atomic_folder(folder, overwrite=overwrite, ours=is_result) as stage:
        presence: Presence = {}
        masks = {}
        for number, frame in numbered_frames(labels, frames):
            mask = fit(frame, np.uint16, folder)
            masks[number] = _write_mask(stage / f"{number}.tif", mask, voxel_size, frame_interval)
            note_labels(presence, number, mask)
        if tracks is None:
            tracks, renames = split_gaps(presence, sorted(masks), folder)
            for number, new in renames.items():
                rename_labels(masks[number], masks[number], new, voxel_size, frame_interval)
        else:
            _refuse(folder, mask_problems(tracks, presence, sorted(masks)))
        # the largest number, and so the number of digits, is known only now
        names = mask_names(sorted(masks), digits)
        for number, name in names.items():
            masks[number].rename(stage / name)
        write_tracks(stage / TABLE, tracks)
    warn_of_gaps(folder, renames)
    return [folder / name for name in (*names.values(), TABLE)]


def is_result(name: str) -> bool:
    """Whether a file name is one of a result folder."""
    return name == TABLE or _MASK.fullmatch(name) is not None


def _refuse(folder: Path, problems: list[str]) -> None:
    if problems:
        raise CTCFormatError(
            f"{folder}: not written: {'; '.join(problems)}; fix the tracks, or omit them to make them from "
            "the labels"
        )


def _write_mask(
    path: Path, mask: npt.NDArray[np.uint16], voxel_size: VoxelSize | None, frame_interval: float | None
) -> Path:
    import tifffile

    size = check_voxel_size(voxel_size, mask.shape[0]) if voxel_size is not None else None
    metadata = ome_metadata("ZYX", "labels", size, frame_interval, file=path.name)
    tifffile.imwrite(path, mask, metadata=metadata, **OME_TIFF)
    return path


def rename_labels(
    source: Path, target: Path, new: dict[int, int], voxel_size: VoxelSize | None, interval: float | None
) -> None:
    """Write a mask with other labels; source and target may be the same file."""
    import tifffile

    mask = tifffile.imread(source)
    table = np.arange(MAX_LABEL + 1, dtype=np.uint16)
    table[list(new)] = list(new.values())
    _write_mask(target, table[mask.reshape(-1, *mask.shape[-2:])], voxel_size, interval)


def mask_names(numbers: Sequence[int], digits: int = 3) -> dict[int, str]:
    """File name of the mask of each frame, with at least `digits` digits."""
    width = max(digits, len(str(max(numbers))))
    return {number: f"mask{number:0{width}d}.tif" for number in numbers}
