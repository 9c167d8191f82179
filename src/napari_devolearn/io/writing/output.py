"""Results that are written frame by frame."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import OutputExistsError
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.writing.unfinished import SUFFIX

LabelsOf = Mapping[int, Sequence[int]]
"""Which labels are in each frame, by its index."""


class Layout(NamedTuple):
    """Shape (T, Z, Y, X), calibration and frame numbers of a result, as of a `Stack`.

    Of the frames, those that are `missing` have no image.
    """

    shape: tuple[int, int, int, int]
    voxel_size: VoxelSize | None
    frame_interval: float | None
    frames: tuple[int, ...]
    missing: frozenset[int] = frozenset()
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)

    @classmethod
    def of(cls, stack: Stack) -> Layout:
        """The layout of the image of a result."""
        missing = stack.missing & set(stack.frames)
        return cls(stack.shape, stack.voxel_size, stack.frame_interval, stack.frames, missing, stack.offset)


@dataclass(frozen=True, kw_only=True)
class FrameOutput(ABC):
    """A result that is written frame by frame to a folder and becomes the target at the end.

    `folder`: for the frames until all are complete; on the disk of the target.
    `name`: name of the image or labels in the target.
    `dtype`: in the target.
    `overwrite`: replace an existing target.
    """

    target: Path
    folder: Path
    layout: Layout
    name: str = "labels"
    dtype: npt.DTypeLike = np.uint32
    overwrite: bool = False

    @abstractmethod
    def begin(self) -> None:
        """Create the files for frames."""

    @abstractmethod
    def write(self, index: int, frame: npt.NDArray[Any]) -> None:
        """Write a frame, (Z, Y, X), completely or not at all, and sync it to disk."""

    @abstractmethod
    def read(self, index: int) -> npt.NDArray[Any]:
        """A frame that was written, (Z, Y, X)."""

    @abstractmethod
    def finish(self, labels: LabelsOf) -> None:
        """Turn the frames into the target; may be repeated after an interruption."""


def check_free(target: Path) -> None:
    """Raise OutputExistsError if the target exists, except for a folder with only an unfinished run."""
    inside = {path.name for path in target.iterdir()} if target.is_dir() else set()
    if inside - {SUFFIX} or (target.exists() and not target.is_dir()):
        raise OutputExistsError(f"{target}: already exists; choose another name, or overwrite it")
