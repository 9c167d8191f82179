"""Voxel size and frame interval: from the caller, the file, the CTC table, or said to be unknown."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.ctc_datasets import find_ctc_dataset

UNKNOWN = "unknown: sizes are in pixels"


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """How large things are, and who says so.

    Parameters
    ----------
    voxel_size : tuple of float or None
        (Z, Y, X) in um.
    origin : str
        Where the voxel size comes from, for people.
    frame_interval : float or None
        Minutes between two frames.
    """

    voxel_size: VoxelSize | None = None
    origin: str = UNKNOWN
    frame_interval: float | None = None


def find_calibration(
    path: Path, of_file: Calibration | None, voxel_size: Sequence[float] | None = None
) -> Calibration:
    """Take the voxel size of the caller, else of the file, else of the CTC table.

    Parameters
    ----------
    path : Path
        A folder in it may name a CTC data set.
    of_file : Calibration or None
        What the file's own metadata say.
    voxel_size : sequence of float, optional
        (Z, Y, X) or (Y, X) in um, given by the caller.

    Returns
    -------
    Calibration
        Without a voxel size where nothing is known of it; nothing is guessed.

    Raises
    ------
    ImageFormatError
        If the caller's voxel size is not two or three positive lengths.
    """
    found = of_file or Calibration()
    row = find_ctc_dataset(path)
    interval = found.frame_interval or (row.frame_interval if row else None)
    if voxel_size is not None:
        edges = check_voxel_size(voxel_size)
        found = Calibration(voxel_size=edges, origin="given by the caller")
    elif found.voxel_size is None and row:
        found = Calibration(voxel_size=row.voxel_size, origin=f"CTC table: {row.name}")
    return replace(found, frame_interval=interval)


def check_voxel_size(voxel_size: Sequence[float]) -> VoxelSize:
    """Bring a caller's voxel size to three edges.

    Parameters
    ----------
    voxel_size : sequence of float
        (Z, Y, X) or, for a single plane, (Y, X), in um.

    Returns
    -------
    tuple of float
        (Z, Y, X) in um; Z is 1 where it was not given.

    Raises
    ------
    ImageFormatError
        If these are not two or three positive lengths.
    """
    edges = tuple(float(edge) for edge in voxel_size)
    if len(edges) not in (2, 3) or not all(0 < edge < math.inf for edge in edges):
        raise ImageFormatError(f"voxel size {edges}: give Z, Y, X (or Y, X) in um, each above 0")
    z, y, x = edges if len(edges) == 3 else (1.0, *edges)
    return z, y, x
