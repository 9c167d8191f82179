"""Model files of other tools, such as DevoLearn's, and their JSON side-cars."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.io.core.border import expect, read_json, reading
from napari_devolearn.models.spec import ModelSpec, Task

DEVOLEARN_PIXEL_SIZE = 0.21
"""Pixel size in um closest to that of DevoLearn's training images.

They were trained on frames of 512x708 pixels of 0.09 um resized to 256x256, so that a pixel was 0.18 um high
and 0.249 um wide; this is the square of the same area. Training included rotations by right angles, so
neither axis is special.
"""


@dataclass(frozen=True)
class ForeignFile:
    """A file of weights without a ModelSpec.

    Parameters
    ----------
    path : Path
    content : bytes
        The content that was read, and is loaded.
    told : dict
        Fields of a ModelSpec from the side-car, which take precedence over recognised ones.
    """

    path: Path
    content: bytes
    told: dict[str, Any]

    @property
    def task(self) -> Task:
        """Task of the network, by the file name."""
        return "membrane" if "membrane" in self.path.stem.lower() else "nucleus"

    def spec(self, *, in_channels: int, outputs: tuple[str, ...], **found: Any) -> ModelSpec:
        """ModelSpec of the network in the file.

        Parameters
        ----------
        in_channels : int
            Input channels of the network.
        outputs : tuple of str
            Output names; the side-car may give others.
        **found
            Other recognised fields of a ModelSpec.

        Returns
        -------
        ModelSpec

        Raises
        ------
        WeightsError
            If the side-car contradicts the file or is invalid.
        """
        guessed: dict[str, Any] = {
            "name": self.path.stem,
            "task": self.task,
            "pixel_size": DEVOLEARN_PIXEL_SIZE,
            "outputs": outputs,
            "in_channels": in_channels,
        }
        if "percentiles" in self.told:
            found["normalisation"] = "percentiles"
        merged = {**guessed, **found, **self.told, "sha256": hashlib.sha256(self.content).hexdigest()}
        with reading(side_car(self.path), kind=WeightsError, remedy="fix it"):
            said = {
                "in_channels": expect(merged["in_channels"], int, "in_channels"),
                "outputs": len(expect(merged["outputs"], tuple, "outputs")),
            }
        for field, there in (("in_channels", in_channels), ("outputs", len(outputs))):
            if said[field] != there:
                raise WeightsError(
                    f"{side_car(self.path)}: says {said[field]} {field}, but {self.path.name} has {there}; "
                    "fix it"
                )
        with reading(side_car(self.path), kind=WeightsError, remedy="fix it"):
            return ModelSpec(**merged)


def image_outputs(count: int) -> tuple[str, ...]:
    """Names of the output images; the threshold applies to the first."""
    return "foreground", *(f"output {i}" for i in range(2, count + 1))


def side_car(path: Path) -> Path:
    """Path of the side-car of a model file: the same with the suffix ``.json``."""
    return path.with_suffix(".json")


def read_foreign(path: Path) -> ForeignFile:
    """Read a model file and its side-car, if there is one.

    Parameters
    ----------
    path : Path

    Returns
    -------
    ForeignFile

    Raises
    ------
    WeightsError
        If one of them cannot be read or the side-car has an unknown field.
    """
    try:
        return ForeignFile(path, path.read_bytes(), _read_side_car(side_car(path)))
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror}); check the path") from error


def _read_side_car(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    written = read_json(path, kind=WeightsError, remedy="fix or delete it")
    known = {field.name for field in fields(ModelSpec)}
    if not known.issuperset(written):
        raise WeightsError(f"{path}: unknown fields of a model spec; use some of: {', '.join(sorted(known))}")
    return tuples(written)


def tuples(written: dict[str, Any]) -> dict[str, Any]:
    """Convert lists from JSON to tuples."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in written.items()}
