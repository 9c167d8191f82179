"""Sequences of the Cell Tracking Challenge (CTC) with their gold or silver truth."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from napari_devolearn.exceptions import DatasetError, warn_caller
from napari_devolearn.io.core.gaps import frame_ranges
from napari_devolearn.io.ctc.layout import Sequence, frame_files, holds_raw, sequences
from napari_devolearn.io.ctc.mask_volumes import open_masks
from napari_devolearn.io.ctc.masks import mask_files
from napari_devolearn.io.ctc.sequence import read_ctc
from napari_devolearn.training.prepare.params import PrepareParams
from napari_devolearn.training.prepare.source import Source, Volume, known_voxel_size, plain_name
from napari_devolearn.training.prepare.stacks import refuse_jpeg

_FOLDERS = {"SEG": "_GT/SEG", "ST": "_ST/SEG"}


def is_sequence(path: Path) -> bool:
    """Whether a folder is a sequence, or contains sequences."""
    return holds_raw(path) or any(one.raw for one in sequences(path))


def sequence_sources(path: Path, params: PrepareParams) -> list[Source]:
    """Open the sequences at a path.

    `path`: a sequence (``01/``), or the root of a data set, whose sequences with ground truth are used.
    Raises DatasetError if there is no such ground truth, no time point has a mask, or masks and images differ
    in size.
    Raises CTCFormatError or ImageFormatError if files are damaged or inconsistent.
    """
    path = path.absolute()
    if holds_raw(path):
        truth = next((one.truth for one in sequences(path.parent) if one.raw == path), {})
        return [_open(path, _truth_folder(Sequence(path, truth), params), params)]
    found = [one for one in sequences(path) if one.raw and (one.truth or params.truth_path)]
    if not found:
        raise DatasetError(f"{path}: no sequence with ground truth next to it; give it with --truth FOLDER")
    return [_open(one.raw, _truth_folder(one, params), params) for one in found if one.raw]


def _truth_folder(sequence: Sequence, params: PrepareParams) -> Path:
    if params.truth_path:
        return Path(params.truth_path)
    keys = {"gt": ("SEG",), "st": ("ST",)}.get(params.truth or "", ("ST", "SEG"))
    folder = next((sequence.truth[key] for key in keys if key in sequence.truth), None)
    if folder is None:
        found = ", ".join(path.name for path in sequence.truth.values()) or "nothing"
        markers = "; TRA contains markers, often not complete shapes" if "TRA" in sequence.truth else ""
        raise DatasetError(
            f"{sequence.raw}: no {' or '.join(_FOLDERS[key] for key in keys)} next to it (found {found}"
            f"{markers}); give the masks with --truth FOLDER"
        )
    return folder


def _open(raw: Path, truth: Path, params: PrepareParams) -> Source:
    refuse_jpeg([file.path for file in frame_files(raw)["t"][:1]])
    stack = read_ctc(raw, voxel_size=params.voxel_size, axes=params.axes, channel=params.channel)
    masks = open_masks(mask_files(truth), stack.shape[1])
    if masks.shape != stack.shape[1:]:
        sizes = [" x ".join(map(str, shape)) for shape in (stack.shape[1:], masks.shape)]
        raise DatasetError(
            f"{raw}: {sizes[0]} voxels (Z x Y x X), but masks of {sizes[1]} in {truth}; give its own masks"
        )
    images = stack.without_missing().frames
    labelled = [frame for frame in images if frame in masks.files]
    if not labelled:
        raise DatasetError(f"{raw}: no time point has a mask in {truth}; give another --truth")
    if unmatched := masks.files.keys() - set(images):
        warn_caller(f"{truth}: no image for the masks of frames {frame_ranges(unmatched)}; these are ignored")
    name = plain_name(f"{raw.parent.name}_{raw.name}")
    size = known_voxel_size(raw, stack.voxel_size)

    def volume(frame: int) -> Volume:
        planes = [plane for plane, _ in masks.files[frame] if plane is not None]
        slices = sorted(planes) or [*range(masks.shape[0])]  # all if the mask is a volume
        return Volume(
            name=name,
            t=frame,
            slices=tuple(slices),
            voxel_size=size,
            read_image=lambda: np.asarray(stack.data[stack.frames.index(frame)])[slices],
            read_mask=lambda: masks.read(frame)[slices],
        )

    skipped = tuple(frame for frame in images if frame not in masks.files)
    return Source(name=name, volumes=tuple(map(volume, labelled)), skipped=skipped)
