"""Model files of other tools, such as DevoLearn's, and their JSON sidecar files."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.io.core.border import expect, read_json, reading
from napari_devolearn.models.spec import ModelSpec, Task
from napari_devolearn.models.spec_file import tuples

DEVOLEARN_PIXEL_SIZE = 0.21
"""Pixel size in um that fits DevoLearn's training images best.

They were frames of 512x708 pixels of 0.09 um, resized to 256x256, so that a pixel was 0.18 um high and 0.249
um wide; this is the square of the same area. Training included rotations by 90 degrees, so both axes are
equivalent.
"""


@dataclass(frozen=True)
class ForeignFile:
    """A weights file without a ModelSpec.

    `content`: content of the file.
    `stated`: fields of a ModelSpec from the sidecar file; they replace recognised ones.
    """

    path: Path
    content: bytes
    stated: dict[str, Any]

    @property
    def task(self) -> Task:
        """Task of the network, guessed from the file name."""
        return "membrane" if "membrane" in self.path.stem.lower() else "nucleus"

    def spec(self, *, in_channels: int, outputs: tuple[str, ...], **found: Any) -> ModelSpec:
        """ModelSpec of the network in the file.

        `in_channels`, `outputs`: of the network; the sidecar file may give other output names.
        `**found`: other recognised fields of a ModelSpec.
        Raises WeightsError if the sidecar file contradicts the network or is invalid.
        """
        guessed: dict[str, Any] = {
            "name": self.path.stem,
            "task": self.task,
            "pixel_size": DEVOLEARN_PIXEL_SIZE,
            "outputs": outputs,
            "in_channels": in_channels,
        }
        if "percentiles" in self.stated:
            found["normalisation"] = "percentiles"
        merged = {**guessed, **found, **self.stated, "sha256": hashlib.sha256(self.content).hexdigest()}
        place = sidecar(self.path)
        with reading(place, kind=WeightsError, remedy="fix it"):
            channels = expect(merged["in_channels"], int, "in_channels")
            names = expect(merged["outputs"], tuple, "outputs")
            for field, stated, actual in (
                ("in_channels", channels, in_channels),
                ("outputs", len(names), len(outputs)),
            ):
                if stated != actual:
                    raise WeightsError(
                        f"{place}: {stated} {field}, but {self.path.name} has {actual}; correct the JSON file"
                    )
            return ModelSpec(**merged)


def image_outputs(count: int) -> tuple[str, ...]:
    """Names of the output images; the threshold applies to the first."""
    return "foreground", *(f"output {i}" for i in range(2, count + 1))


def sidecar(path: Path) -> Path:
    """Path of the sidecar file of a model file: the same name with the suffix ``.json``."""
    return path.with_suffix(".json")


def read_foreign(path: Path) -> ForeignFile:
    """Read a model file and its sidecar file, if there is one.

    Raises WeightsError if one of them cannot be read, or the sidecar file has an unknown field.
    """
    try:
        return ForeignFile(path, path.read_bytes(), _read_sidecar(sidecar(path)))
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror}); check the path") from error


def _read_sidecar(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    fields_read = read_json(path, kind=WeightsError, remedy="fix or delete it")
    known = {field.name for field in fields(ModelSpec)}
    if not known.issuperset(fields_read):
        raise WeightsError(f"{path}: unknown fields of a model spec; use some of: {', '.join(sorted(known))}")
    return tuples(fields_read)
