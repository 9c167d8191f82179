"""Write one OME-TIFF frame by frame."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy.typing as npt

from napari_devolearn.io.tiff.ome_metadata import OME_TIFF, ome_metadata
from napari_devolearn.io.tiff.ome_tiff import write_ome_tiff
from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.io.writing.frames import fit
from napari_devolearn.io.writing.output import FrameOutput, LabelsOf


@dataclass(frozen=True, kw_only=True)
class TiffOutput(FrameOutput):
    """One OME-TIFF, assembled at the end from one file per frame."""

    def begin(self) -> None:
        """Create the folder."""
        self.folder.mkdir(parents=True, exist_ok=True)

    def path(self, index: int) -> Path:
        """File of a frame."""
        return self.folder / f"{index:06d}.tif"

    def write(self, index: int, frame: npt.NDArray[Any]) -> None:
        """Write a frame, (Z, Y, X)."""
        import tifffile

        size, interval = self.layout.voxel_size, self.layout.frame_interval
        metadata = ome_metadata("ZYX", self.name, size, interval, file=str(index))
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
        """Assemble the frames into one file."""
        write_ome_tiff(
            self.target,
            map(self.read, range(self.layout.shape[0])),
            **self.layout._asdict(),
            name=self.name,
            dtype=self.dtype,
            overwrite=self.overwrite,
        )
