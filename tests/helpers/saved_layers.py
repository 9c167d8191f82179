"""Layers of the drawn lineage as napari hands them to a writer."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from helpers.drawn.lineage import FRAMES, VOXEL_SIZE, drawn_labels
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.postprocess.centroids import track_points

CALIBRATED = {"scale": (1, *VOXEL_SIZE), "units": ("pixel", "um", "um", "um"), "axis_labels": tuple("tzyx")}

PLACED = CALIBRATED | {"translate": (7, 0, 0, 0)}


def ours(frames: tuple[int, ...] = FRAMES) -> dict:
    return {"metadata": {"devolearn": {"frames": frames, "frame_interval": 1.5}}}


def points() -> np.ndarray:
    return track_points(Stack(data=drawn_labels(), name="", source=Path(), frames=FRAMES))
