"""Stack: a lazy image or mask with its calibration, as every reader returns it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from napari_devolearn._types import ArrayLike4D, VoxelSize
from napari_devolearn.io.core.calibration import check_interval, check_offset, check_voxel_size


@dataclass(frozen=True, kw_only=True, eq=False)
class Stack:
    """A time-lapse of volumes, read when it is indexed.

    Parameters
    ----------
    data : array-like, (T, Z, Y, X)
        A dask array with frames as chunks, or runs of slices of large ones. A 2D image has Z = 1, a
        single volume T = 1.
    name : str
        Name in a layer list.
    source : Path
        Its file or folder.
    voxel_size : tuple of float or None
        (Z, Y, X) in um; None if unknown; sizes are then in pixels.
    calibration : str
        Source of the voxel size, as text: ``"OME metadata"``,
        ``"CTC table: Fluo-N3DH-CE"``, ``"unknown: sizes are in pixels"``.
    frame_interval : float or None
        Minutes between two frames, if known.
    frames : tuple of int
        Number of each time point, as in its file name; need not start at 0.
    missing : frozenset of int
        Frame numbers without a file: these frames are zeros, and count as missing in tables,
        tracks and scores.
    offset : tuple of float
        Position of the first voxel, (Z, Y, X) in voxels: for crops.
    truth : mapping of str to Path
        Folders of ground truth next to a sequence: keys among ``"TRA"``, ``"SEG"``, ``"ST"``.
    axes : str or None
        As given by the caller, to open the source again.
    channel : int or None
        Channel of the source, if it has several.
    series : int or None
        One of several images in the source, as given by the caller.

    Raises
    ------
    ImageFormatError
        If the voxel size or the frame interval is not finite and above 0.
    """

    data: ArrayLike4D
    name: str
    source: Path
    voxel_size: VoxelSize | None = None
    calibration: str = "unknown: sizes are in pixels"
    frame_interval: float | None = None
    frames: tuple[int, ...]
    missing: frozenset[int] = frozenset()
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)
    truth: Mapping[str, Path] = field(default_factory=dict)
    axes: str | None = None
    channel: int | None = None
    series: int | None = None

    def __post_init__(self) -> None:
        """Check lengths and intervals, so that later code need not."""
        if self.voxel_size is not None:
            check_voxel_size(self.voxel_size)
        check_interval(self.frame_interval)
        check_offset(self.offset)

    @property
    def shape(self) -> tuple[int, int, int, int]:
        """(T, Z, Y, X)."""
        t, z, y, x = self.data.shape
        return t, z, y, x

    @property
    def dtype(self) -> np.dtype[np.generic]:
        """Data type of the pixels."""
        dtype: np.dtype[np.generic] = np.dtype(self.data.dtype)
        return dtype

    def only(self, frames: tuple[int, ...]) -> Stack:
        """The stack restricted to some frames, by their numbers."""
        if frames == self.frames:
            return self
        first = self.frames.index(frames[0])
        chosen = slice(first, first + len(frames))
        if self.frames[chosen] == frames:
            return replace(self, data=self.data[chosen], frames=frames)
        return replace(self, data=self.data[[self.frames.index(n) for n in frames]], frames=frames)

    def without_missing(self) -> Stack:
        """The stack without missing frames; the numbers may have gaps."""
        return self.only(tuple(frame for frame in self.frames if frame not in self.missing))


def layer_attributes(stack: Stack) -> dict[str, Any]:
    """Scale, translation and units of a layer TZYX: um and minutes if known, otherwise pixels and frames.

    The first frame is at its own number, and a crop at its original position.
    """
    known = stack.voxel_size is not None
    edges = stack.voxel_size or (1.0, 1.0, 1.0)
    minutes = stack.frame_interval or 1.0
    return {
        "name": stack.name,
        "scale": (minutes, *edges),
        "translate": (
            stack.frames[0] * minutes,
            *(place * edge for place, edge in zip(stack.offset, edges, strict=True)),
        ),
        "units": ("min" if stack.frame_interval else "pixel", *(("um" if known else "pixel",) * 3)),
        "axis_labels": ("t", "z", "y", "x"),
        "metadata": {
            "devolearn": {
                "frames": stack.frames,
                "missing": tuple(sorted(stack.missing)),
                "calibration": stack.calibration,
                "frame_interval": stack.frame_interval,
                "source": str(stack.source),
            }
        },
    }
