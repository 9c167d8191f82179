"""Convert layers to arrays with voxel size, frame numbers and position, for saving."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np

from napari_devolearn._types import ArrayLike4D, VoxelSize
from napari_devolearn.exceptions import DevolearnError, warn_caller
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.plugin.layer_place import (
    axes_of,
    first_time_of,
    frame_interval_of,
    frames_of,
    offset_of,
    ours,
    voxel_size_of,
    warn_of_what_is_lost,
)


class SavedLabels(NamedTuple):
    """A Labels layer, ready to save."""

    data: ArrayLike4D  # (T, Z, Y, X)
    voxel_size: VoxelSize | None  # (Z, Y, X) in um
    frames: tuple[int, ...]  # frame numbers
    first_time: int  # first frame along T
    missing: frozenset[int]  # numbers of frames without an image
    offset: tuple[float, float, float]  # position of the first voxel, (Z, Y, X) in voxels
    frame_interval: float | None  # minutes between two frames

    def without_missing(self) -> SavedLabels:
        """The labels without missing frames; a frame with labels is not missing."""
        there = (number not in self.missing for number in self.frames)
        chosen = [t for t, known in enumerate(there) if known or np.asarray(self.data[t]).any()]
        if len(chosen) == len(self.frames):
            return self
        return self._replace(data=self.data[chosen], frames=tuple(self.frames[t] for t in chosen))

    def warn_of_lost_place(self, path: str) -> None:
        """Warn about a position that the format of a file does not store."""
        if any(self.offset):
            place = " x ".join(f"{steps:g}" for steps in self.offset)
            warn_caller(
                f"{path}: this format stores no position, and the layer begins at voxel {place} (Z x Y x X); "
                "save it as .ome.tif to keep the position"
            )


def labels_of(data: Any, attributes: Mapping[str, Any]) -> SavedLabels:
    """Convert a Labels layer with 2 to 4 axes to TZYX, with its voxel size, frame numbers and position."""
    if attributes.get("multiscale"):
        data = data[0]
    axes = axes_of(attributes, data.ndim)
    order = [axes.index(axis) for axis in "tzyx" if axis in axes]
    if order != sorted(order):
        data = data.transpose(order)
    present = tuple(slice(None) if axis in axes else None for axis in "tzyx")
    stack = data[present] if None in present else data
    first = first_time_of(attributes) if axes.startswith("t") else 0
    voxel_size = voxel_size_of(attributes, axes)
    warn_of_what_is_lost(attributes, axes)
    interval = frame_interval_of(attributes, axes)
    frames = frames_of(attributes, first, len(stack))
    missing = frozenset(ours(attributes).get("missing", ())) & set(frames)
    return SavedLabels(stack, voxel_size, frames, first, missing, offset_of(attributes, axes), interval)


def tracks_of(data: Any, attributes: Mapping[str, Any], labels: SavedLabels) -> Tracks:
    """Tracks of a Tracks layer, in the frame numbers of the labels.

    Raises DevolearnError if points are outside the frames of the labels.
    """
    # frames without a file are not shown in napari, but count in the table
    index = np.asarray(data)[:, 1].round().astype(int) + first_time_of(attributes) - labels.first_time
    if index.size and (index.min() < 0 or index.max() >= len(labels.frames)):
        raise DevolearnError(
            "the Tracks layer has points outside the frames of the Labels layer; select the two that belong "
            "together"
        )
    points = np.column_stack([np.asarray(data)[:, 0], np.take(labels.frames, index)])
    return Tracks.from_napari(points, attributes.get("graph"))
