"""Link the same labels with ultrack, which returns labels instead of a graph."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Labels, VoxelSize
from napari_devolearn.lineage.tracks import Tracks
from research.trackers.other_trackers import BIRTH_REACH, import_tracker

_SMALLEST, _LARGEST = 0.1, 10.0
"""Minimum and maximum volume of an object, relative to the usual one."""


def link_by_ultrack(movie: npt.NDArray[Any], voxel_size: VoxelSize, wide: float) -> tuple[Labels, Tracks]:
    """Link labels with ultrack's own costs, and the free solver that it contains.

    `movie`: (T, Z, Y, X) or (T, Y, X), integer.
    `voxel_size`: (Z, Y, X) in um.
    `wide`: usual diameter, in um.
    Raises TrainingError if ultrack is not installed.
    """
    ultrack = import_tracker("ultrack")
    _, voxels = np.unique(movie[0][movie[0] > 0], return_counts=True)
    usual = float(np.median(voxels))
    with TemporaryDirectory() as folder:
        config = ultrack.MainConfig()
        config.data_config.working_dir = Path(folder)
        config.segmentation_config.min_area = max(int(_SMALLEST * usual), 1)
        config.segmentation_config.max_area = int(_LARGEST * usual)
        config.linking_config.max_distance = BIRTH_REACH * wide
        config.tracking_config.solver_name = "CBC"
        config.tracking_config.n_threads = 1
        tracker = ultrack.Tracker(config)
        tracker.track(labels=movie, scale=voxel_size[4 - movie.ndim :], overwrite="all")
        table, graph = tracker.to_tracks_layer()
        columns = ["track_id", "t", "z", "y", "x"]
        tracks = Tracks.from_napari(table[[one for one in columns if one in table]].to_numpy(), graph)
        return np.asarray(tracker.to_zarr(), np.uint32), tracks
