"""What every output of frames offers, whatever the file format."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import OutputExistsError
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.writing.unfinished import SUFFIX

LabelsOf = Mapping[int, Sequence[int]]
"""Which labels are in each frame, by its index."""


class Layout(NamedTuple):
    """How large a result is and where its frames lie.

    Parameters
    ----------
    shape : tuple of int
        (T, Z, Y, X).
    voxel_size : tuple of float or None
        (Z, Y, X) in um.
    frame_interval : float or None
        Minutes.
    frames : tuple of int
        Their numbers.
    missing : frozenset of int
        Numbers of those that are empty because there was no image.
    offset : tuple of float
        Where the first voxel lies, (Z, Y, X) in voxels.
    """

    shape: tuple[int, int, int, int]
    voxel_size: VoxelSize | None
    frame_interval: float | None
    frames: tuple[int, ...]
    missing: frozenset[int] = frozenset()
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @classmethod
    def of(cls, stack: Stack) -> Layout:
        """The layout of the image that a result belongs to."""
        missing = stack.missing & set(stack.frames)
        return cls(stack.shape, stack.voxel_size, stack.frame_interval, stack.frames, missing, stack.offset)


class FrameOutput(Protocol):
    """A result that grows frame by frame in a folder of its own and becomes the target at the end."""

    @property
    def target(self) -> Path:
        """Where the result will be."""

    @property
    def overwrite(self) -> bool:
        """Whether an older target is replaced."""

    def begin(self) -> None:
        """Make what frames are written into."""

    def write(self, index: int, frame: npt.NDArray[Any]) -> None:
        """Write a frame, (Z, Y, X), whole or not at all, and have the disk confirm it."""

    def read(self, index: int) -> npt.NDArray[Any]:
        """A frame that was written, (Z, Y, X)."""

    def finish(self, labels: LabelsOf) -> None:
        """Turn the frames into the target; may be repeated if it was cut short."""


def check_free(target: Path) -> None:
    """Refuse a target that holds something already.

    Parameters
    ----------
    target : Path

    Raises
    ------
    OutputExistsError
    """
    inside = {path.name for path in target.iterdir()} if target.is_dir() else set()
    if inside - {SUFFIX} or (target.exists() and not target.is_dir()):
        raise OutputExistsError(f"{target}: is there already; give another name, or overwrite it")
