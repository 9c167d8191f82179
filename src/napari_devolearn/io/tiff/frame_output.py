"""Where frames go, one by one and from any process: tif files, a CTC folder or OME-Zarr."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import OutputExistsError
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.ctc.names import is_tif_name
from napari_devolearn.io.tiff.ome_tiff import OME_TIFF, ome_metadata, write_ome_tiff
from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.io.writing.frames import fit
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
    """

    shape: tuple[int, int, int, int]
    voxel_size: VoxelSize | None
    frame_interval: float | None
    frames: tuple[int, ...]

    @classmethod
    def of(cls, stack: Stack) -> Layout:
        """The layout of the image that a result belongs to."""
        return cls(stack.shape, stack.voxel_size, stack.frame_interval, stack.frames)


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


@dataclass(frozen=True, kw_only=True)
class TiffOutput:
    """One OME-TIFF, put together at the end from a file a frame.

    Parameters
    ----------
    target : Path
    folder : Path
        For the frames.
    layout : Layout
    name : str
        Of the OME image.
    dtype : dtype
        Of the file.
    overwrite : bool
        Replace an older target.
    """

    target: Path
    folder: Path
    layout: Layout
    name: str = "labels"
    dtype: npt.DTypeLike = np.uint32
    overwrite: bool = False

    def begin(self) -> None:
        """Make the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, index: int) -> Path:
        """File of a frame."""
        return self.folder / f"{index:06d}.tif"

    def write(self, index: int, frame: npt.NDArray[Any]) -> None:
        """Write a frame, (Z, Y, X)."""
        import tifffile

        metadata = ome_metadata("ZYX", self.name, self.layout.voxel_size, file=str(index))
        with atomic_file(self.path(index), overwrite=True) as stage:
            tifffile.imwrite(stage, fit(frame, self.dtype, self.target), metadata=metadata, **OME_TIFF)
            with stage.open("rb") as file:
                os.fsync(file.fileno())

    def read(self, index: int) -> npt.NDArray[Any]:
        """Read a frame, (Z, Y, X)."""
        import tifffile

        values: npt.NDArray[Any] = tifffile.imread(self.path(index))
        return values.reshape(self.layout.shape[1:])

    def finish(self, labels: LabelsOf) -> None:  # noqa: ARG002
        """Put the frames into one file."""
        shape, voxel_size, interval, frames = self.layout
        write_ome_tiff(
            self.target,
            map(self.read, range(shape[0])),
            shape=shape,
            voxel_size=voxel_size,
            frame_interval=interval,
            frames=frames,
            name=self.name,
            dtype=self.dtype,
            overwrite=self.overwrite,
        )


def frame_output(
    target: Path,
    folder: Path,
    layout: Layout,
    *,
    name: str = "labels",
    dtype: npt.DTypeLike = np.uint32,
    overwrite: bool = False,
) -> FrameOutput:
    """Choose the output by the target's name.

    Parameters
    ----------
    target : Path
        ``x.ome.tif``, ``x.ome.zarr`` (or an OME-Zarr image, to put labels inside), or a folder.
    folder : Path
        For the frames until they are all there.
    layout : Layout
    name : str
        Of the labels in an OME-Zarr.
    dtype : dtype
        Unsigned integer.
    overwrite : bool
        Replace an older target.

    Returns
    -------
    FrameOutput
    """
    from napari_devolearn.io.ctc.ctc_output import CtcOutput
    from napari_devolearn.io.ome_zarr.output import ZarrOutput, is_zarr_target

    chosen: dict[str, Any] = {"folder": folder, "layout": layout, "overwrite": overwrite}
    if is_tif_name(target.name):
        title = "probability" if np.dtype(dtype) == np.uint8 else "labels"  # the latter opens as labels
        return TiffOutput(target=target, name=title, dtype=dtype, **chosen)
    if is_zarr_target(target):
        return ZarrOutput(target=target, name=name, dtype=np.dtype(dtype).name, **chosen)
    return CtcOutput(target=target, dtype=np.uint16, **chosen)
