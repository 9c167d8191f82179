"""Export corrected frames as a data set for ``prepare`` and ``train``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import DatasetError
from napari_devolearn.io.tiff.ome_tiff import write_ome_tiff
from napari_devolearn.io.writing.atomic import atomic_folder
from napari_devolearn.io.writing.frames import fit


def write_corrections(
    folder: Path | str, image: Any, labels: Any, frames: Sequence[int], *, voxel_size: VoxelSize | None = None
) -> Path:
    """Write corrected frames with their images; returns the folder.

    `folder`: will contain ``01/t000.tif`` .. and ``01_GT/SEG/man_seg000.tif`` ..; use it as input of
    ``prepare``.
    `image, labels`: array-like, (T, Z, Y, X).
    `frames`: indices along T, such as ``Corrections.edited_frames``.
    `voxel_size`: (Z, Y, X) in um.
    Raises DatasetError if there are no frames, or the shapes differ.
    Raises TooManyLabelsError if a label is larger than 65535.
    Raises OutputExistsError or OutputError if the folder is not empty or cannot be written.
    """
    folder = Path(folder)
    if not len(frames):
        raise DatasetError(f"{folder}: no corrected frames; correct some, or give their numbers")
    if np.shape(image) != np.shape(labels):
        raise DatasetError(
            f"{folder}: image of shape {np.shape(image)}, but labels of shape {np.shape(labels)}; give an "
            "image and its labels"
        )
    for part, name, stack, dtype in (
        ("01", "t", image, None),
        ("01_GT/SEG", "man_seg", labels, np.uint16),
    ):
        with atomic_folder(folder / part, ours=lambda one: one.endswith(".tif")) as stage:
            for t in frames:
                volume = np.asarray(stack[t])
                fitting = fit(volume, dtype, folder) if dtype else volume
                write_ome_tiff(stage / f"{name}{t:03d}.tif", fitting, voxel_size=voxel_size)
    return folder
