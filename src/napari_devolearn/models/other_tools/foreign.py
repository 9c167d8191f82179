"""A model file of another tool, DevoLearn's for one, and the side-car that says what it cannot."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.io.core.border import expect, read_json, reading
from napari_devolearn.models.spec import ModelSpec, Task

DEVOLEARN_PIXEL_SIZE = 0.21
"""Edge of the square pixel, in um, that is closest to what DevoLearn's networks saw in training.

They were trained on frames of 512x708 pixels of 0.09 um squeezed to 256x256, so that a pixel was
0.18 um high and 0.249 um wide; this is the square of the same area. They were turned by right
angles in training, so neither axis is special.
"""


@dataclass(frozen=True)
class ForeignFile:
    """A file of weights that brings no ModelSpec.

    Parameters
    ----------
    path : Path
    content : bytes
        What gets loaded is what was read here, once.
    told : dict
        Fields of a ModelSpec from the side-car, which win over what is guessed.
    """

    path: Path
    content: bytes
    told: dict[str, Any]

    @property
    def task(self) -> Task:
        """What the file's name says that a network segments."""
        return "membrane" if "membrane" in self.path.stem.lower() else "nucleus"

    def spec(self, *, in_channels: int, outputs: tuple[str, ...], **found: Any) -> ModelSpec:
        """ModelSpec of the network in the file.

        Parameters
        ----------
        in_channels : int
            Channels that the network takes.
        outputs : tuple of str
            What it gives; the side-car may give other names.
        **found
            Other fields of a ModelSpec that the file gave away.

        Returns
        -------
        ModelSpec

        Raises
        ------
        WeightsError
            If the side-car contradicts the file or is wrong in itself.
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
        with reading(side_car(self.path), kind=WeightsError, remedy="mend it"):
            said = {
                "in_channels": expect(merged["in_channels"], int, "in_channels"),
                "outputs": len(expect(merged["outputs"], tuple, "outputs")),
            }
        for field, there in (("in_channels", in_channels), ("outputs", len(outputs))):
            if said[field] != there:
                raise WeightsError(
                    f"{side_car(self.path)}: says {said[field]} {field}, but {self.path.name} has {there}; "
                    "mend it"
                )
        with reading(side_car(self.path), kind=WeightsError, remedy="mend it"):
            return ModelSpec(**merged)


def image_outputs(count: int) -> tuple[str, ...]:
    """Names for so many output images: the first is what the threshold cuts."""
    return "foreground", *(f"output {i}" for i in range(2, count + 1))


def side_car(path: Path) -> Path:
    """Where the side-car of a model file lies: beside it, with the suffix ``.json``."""
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
        If one of them cannot be read or the side-car holds what is no field of a ModelSpec.
    """
    try:
        return ForeignFile(path, path.read_bytes(), _read_side_car(side_car(path)))
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror}); check the path") from error


def _read_side_car(path: Path) -> dict[str, Any]:
    if not path.is_file():
        return {}
    written = read_json(path, kind=WeightsError, remedy="mend or remove it")
    known = {field.name for field in fields(ModelSpec)}
    if not known.issuperset(written):
        raise WeightsError(f"{path}: not fields of a model spec; there are: {', '.join(sorted(known))}")
    return tuples(written)


def tuples(written: dict[str, Any]) -> dict[str, Any]:
    """Fields of a ModelSpec from JSON, which knows lists only."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in written.items()}
