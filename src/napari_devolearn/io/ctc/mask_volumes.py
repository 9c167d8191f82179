"""Masks as volumes: one file per frame (``man_seg005.tif``) or per plane (``man_seg_005_012.tif``)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import CTCFormatError
from napari_devolearn.io.core.image_file import ImageFile
from napari_devolearn.io.ctc.checks import (
    check_alike,
    check_frames,
    check_integer,
    check_labels,
    check_single_channel,
)
from napari_devolearn.io.ctc.layout import frame_files, raw_beside
from napari_devolearn.io.ctc.names import FrameFile
from napari_devolearn.io.tiff.tif import open_tif


@dataclass(frozen=True, kw_only=True)
class MaskVolumes:
    """The masks of one folder, opened: volumes (Z, Y, X) of integers.

    `files` are by frame, each with its plane; None for a file with all planes.
    """

    files: Mapping[int, Sequence[tuple[int | None, ImageFile]]]
    shape: tuple[int, int, int]
    dtype: np.dtype[Any]

    def read(self, frame: int) -> npt.NDArray[Any]:
        """Read the mask of a frame, (Z, Y, X); zeros if there is none."""
        volume = np.zeros(self.shape, self.dtype)
        for plane, file in self.files.get(frame, ()):
            mask = check_labels(file.read(0, 0), f"{file.path}: frame {frame}")
            volume[slice(None) if plane is None else plane] = mask
        return volume


def open_masks(files: Sequence[FrameFile], depth: int | None = None) -> MaskVolumes:
    """Read the headers of masks of one folder and kind, at least one file.

    `depth` is the number of planes of the images; by default that of whole masks, else of the images next to
    the folder, else as many as the planes need. Raises CTCFormatError if two files are the same frame, or a
    plane is outside the volume; ImageFormatError if a file is damaged, not a tif, not of integers, or differs
    from the others in size or type.
    """
    check_frames(files)
    opened = [(file, open_tif(file.path, volume=True)) for file in files]
    images = [image for _, image in opened]
    check_integer(images)
    check_single_channel(images)
    whole = [image for file, image in opened if file.plane is None]
    check_alike(whole or images)
    planes = {file.plane: image for file, image in opened if file.plane is not None}
    if whole:
        depth = whole[0].shape[1]
    elif depth is None:
        image = image_beside(files[0].path.parent)
        depth = image.shape[1] if image else max(planes) + 1
    shape = (depth, *images[0].shape[2:])
    _check_planes(planes, shape)
    by_frame: dict[int, list[tuple[int | None, ImageFile]]] = {}
    for file, image in opened:
        by_frame.setdefault(file.frame, []).append((file.plane, image))
    dtype = np.result_type(*(image.dtype for image in images))
    # napari does not accept booleans as labels
    return MaskVolumes(files=by_frame, shape=shape, dtype=np.dtype(np.uint8) if dtype.kind == "b" else dtype)


def image_beside(folder: Path) -> ImageFile | None:
    """The first image of the sequence next to a folder of masks."""
    raw = raw_beside(folder)
    return open_tif(frame_files(raw)["t"][0].path, volume=True) if raw else None


def _check_planes(planes: Mapping[int, ImageFile], shape: tuple[int, int, int]) -> None:
    for plane, image in planes.items():
        if plane >= shape[0]:
            raise CTCFormatError(
                f"{image.path}: is plane {plane}, but the volumes have the planes 0 to {shape[0] - 1}; "
                "rename it"
            )
        if image.shape[1:] != (1, *shape[1:]):
            size = " x ".join(map(str, image.shape[1:]))
            raise CTCFormatError(
                f"{image.path}: is {size} (Z x Y x X), not one plane of {shape[1]} x {shape[2]}; save only "
                "that plane"
            )
