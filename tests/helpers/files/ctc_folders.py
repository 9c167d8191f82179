"""A small Cell Tracking Challenge data set, made from `drawn_lineage`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import tifffile

from helpers.drawn.lineage import FRAMES, drawn_labels, drawn_tracks


def write_tif(path: Path, pixels: np.ndarray, **options: Any) -> Path:
    """Write a tif with tifffile: greyscale pages, no calibration."""
    path.parent.mkdir(parents=True, exist_ok=True)
    tifffile.imwrite(path, pixels, **({"photometric": "minisblack"} | options))
    return path


def raw_volume(frame: int) -> np.ndarray:
    """Pixels (2, 6, 8) uint8 that differ from voxel to voxel and frame to frame."""
    return (np.arange(96).reshape(2, 6, 8) + frame).astype(np.uint8)


def write_frames(folder: Path, frames: tuple[int, ...] = FRAMES, form: str = "t{:03d}.tif") -> Path:
    """Write `raw_volume` of each frame."""
    for frame in frames:
        write_tif(folder / form.format(frame), raw_volume(frame))
    return folder


def write_masks(folder: Path, form: str = "man_track{:03d}.tif", table: str = "man_track.txt") -> Path:
    """Write `drawn_labels`, and `drawn_tracks` if the table has a name."""
    for frame, mask in zip(FRAMES, drawn_labels(), strict=True):
        write_tif(folder / form.format(frame), mask)
    if table:
        (folder / table).write_text("".join("{} {} {} {}\n".format(*row) for row in drawn_tracks().rows))
    return folder


def write_dataset(root: Path) -> Path:
    """Write a data set with sparse gold truth of shapes.

    ::

        01/                  t007.tif .. t011.tif
        01_GT/TRA/           man_track007.tif .. man_track011.tif, man_track.txt
        01_GT/SEG/           man_seg_008_001.tif: plane 1 of frame 8
        01_ST/SEG/           man_seg007.tif .. man_seg011.tif
    """
    write_frames(root / "01")
    write_masks(root / "01_GT/TRA")
    write_tif(root / "01_GT/SEG/man_seg_008_001.tif", drawn_labels()[1, 1])
    write_masks(root / "01_ST/SEG", "man_seg{:03d}.tif", table="")
    return root
