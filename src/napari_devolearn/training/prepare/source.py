"""Common form of all inputs: labelled volumes that are read on demand."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import warn_caller

Planes = npt.NDArray[Any]


@dataclass(frozen=True, kw_only=True, eq=False)
class Volume:
    """The labelled slices of one time point.

    `name`: prefix of its file names.
    `slices`: numbers of the slices that have a mask, ascending.
    `voxel_size`: (Z, Y, X) in um.
    `read_image, read_mask`: return these slices, (len(slices), Y, X).
    """

    name: str
    t: int
    slices: tuple[int, ...]
    voxel_size: VoxelSize
    read_image: Callable[[], Planes]
    read_mask: Callable[[], Planes]


@dataclass(frozen=True, kw_only=True, eq=False)
class Source:
    """A sequence, a stack or a folder of images, with its masks.

    `volumes`: at least one, by time.
    `skipped`: time points without ground truth.
    """

    name: str
    volumes: tuple[Volume, ...]
    skipped: tuple[int, ...] = ()


def plain_name(name: str) -> str:
    """A file name with only letters, digits and a few signs that are valid on all systems."""
    return re.sub(r"[^\w.+-]+", "-", name).strip("-.") or "image"


def known_voxel_size(path: Path, size: VoxelSize | None) -> VoxelSize:
    """The voxel size, or 1 um with a warning."""
    if size is None:
        warn_caller(f"{path}: voxel size unknown, so 1 um is assumed; give --voxel-size")
    return size or (1.0, 1.0, 1.0)
