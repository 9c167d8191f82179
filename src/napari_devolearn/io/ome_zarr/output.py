"""Write labels as OME-Zarr: in a separate container, or inside their image."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.io.ome_zarr.ngff_read import names_in
from napari_devolearn.io.ome_zarr.pyramid import (
    Format,
    ZarrPyramid,
    create_pyramid,
    multiscale_attributes,
    pyramid_steps,
)
from napari_devolearn.io.ome_zarr.reader import holds_only_labels, is_zarr
from napari_devolearn.io.writing.atomic import atomic_file, explained
from napari_devolearn.io.writing.output import FrameOutput, LabelsOf, Layout, check_free
from napari_devolearn.io.writing.partial import replace_folder

_SUFFIX = ".zarr"


def is_zarr_target(path: Path) -> bool:
    """Whether a path is an OME-Zarr, or inside one, by its name."""
    return any(part.lower().endswith(_SUFFIX) for part in path.parts)


def label_target(path: Path, name: str) -> Path:
    """Path of labels: inside the image if `path` is an existing one, under `name`; otherwise `path`."""
    image = path.suffix.lower() == _SUFFIX and is_zarr(path) and not holds_only_labels(path)
    return path / "labels" / name if image else path


@dataclass(frozen=True, kw_only=True)
class ZarrOutput(FrameOutput):
    """An OME-Zarr with volumes as chunks: ``x.ome.zarr`` (a container) or ``image.zarr/labels/NAME``."""

    @property
    def inside(self) -> bool:
        """Whether the target is inside an image."""
        return self.target.suffix.lower() != _SUFFIX

    @property
    def labels(self) -> bool:
        """Whether the values are labels."""
        return np.dtype(self.dtype) != np.uint8

    def begin(self) -> None:
        """Write the metadata."""
        if not self.inside and self.labels:
            _write_container(self.folder, self.name, self.layout)
        create_pyramid(
            self._pyramid.group,
            self.target.name if self.inside else self.name,
            self.layout,
            dtype=self.dtype,
            labels=self.labels,
            zarr_format=_format(self.target.parent) if self.inside else 3,
        )

    def write(self, index: int, frame: npt.NDArray[Any]) -> None:
        """Write a frame, (Z, Y, X), to all levels."""
        with explained(self.target):
            self._pyramid.write(index, frame)

    def read(self, index: int) -> npt.NDArray[Any]:
        """Read a frame, (Z, Y, X)."""
        return self._pyramid.read(index)

    def finish(self, labels: LabelsOf) -> None:  # noqa: ARG002
        """Rename the folder to the target, and list the labels in their image."""
        with explained(self.target):
            if self.folder.exists():
                for left in self.folder.rglob("*.partial"):  # zarr's temporary file of an interrupted chunk
                    left.unlink()
                if not self.overwrite:
                    check_free(self.target)
                self.target.parent.mkdir(parents=True, exist_ok=True)
                replace_folder(self.folder, self.target)
            if self.inside:
                _register(self.target)

    @property
    def _pyramid(self) -> ZarrPyramid:
        own = not self.inside and self.labels
        return ZarrPyramid(self.folder / "labels" / self.name if own else self.folder)


def _write_container(folder: Path, name: str, layout: Layout) -> None:
    """Write the groups around separate labels.

    The container describes the labels as an image too, for tools that do not support labels.
    """
    import zarr

    steps = pyramid_steps(layout.shape[1:], layout.voxel_size)
    levels = {f"labels/{name}/{level}": step for level, step in enumerate(steps)}
    image = multiscale_attributes(name, levels, layout, labels=False)
    zarr.create_group(str(folder), attributes=image, zarr_format=3, overwrite=True)
    named = {"ome": {"version": "0.5", "labels": [name]}}
    zarr.create_group(str(folder / "labels"), attributes=named, zarr_format=3)


def _format(labels: Path) -> Format:
    """Zarr format of the image around a folder ``labels``; its labels must have the same."""
    return 2 if any((folder / ".zgroup").is_file() for folder in (labels, labels.parent)) else 3


def _register(target: Path) -> None:
    """Add the labels to the list in their group."""
    import zarr

    folder, old = target.parent, _format(target.parent) == 2
    if not is_zarr(folder):
        zarr.create_group(str(folder), zarr_format=2 if old else 3)
    file = folder / (".zattrs" if old else "zarr.json")
    written = json.loads(file.read_text(encoding="utf-8")) if file.is_file() else {}
    attributes = written if old else written.setdefault("attributes", {})
    names = names_in(attributes, "labels")
    if target.name not in names:
        ours = attributes if old else attributes.setdefault("ome", {"version": "0.5"})
        ours["labels"] = [*names, target.name]
        with atomic_file(file, overwrite=True) as stage:
            stage.write_text(json.dumps(written, indent=2), encoding="utf-8")
