"""What every input comes down to: labelled volumes that are read when it is their turn."""

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

    Parameters
    ----------
    name : str
        What the names of its files begin with.
    t : int
    slices : tuple of int
        Numbers of the slices that have a mask, rising.
    voxel_size : tuple of float
        (Z, Y, X) in um.
    read_image, read_mask : callable
        Give these slices, (len(slices), Y, X).
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

    Parameters
    ----------
    name : str
    volumes : tuple of Volume
        At least one, by time.
    skipped : tuple of int
        Time points without truth.
    """

    name: str
    volumes: tuple[Volume, ...]
    skipped: tuple[int, ...] = ()


def plain_name(name: str) -> str:
    """A name for files: letters, digits and a few signs that every disk takes."""
    return re.sub(r"[^\w.+-]+", "-", name).strip("-.") or "image"


def known_voxel_size(path: Path, size: VoxelSize | None) -> VoxelSize:
    """The size that was found, else 1 um with a warning."""
    if size is None:
        warn_caller(f"{path}: nothing says how large its voxels are, so 1 um is taken; pass --voxel-size")
    return size or (1.0, 1.0, 1.0)
