"""A run's choices as JSON: what ``train --config`` takes, ``tune`` gives, and ``--resume`` reads."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from napari_devolearn.exceptions import TrainingError
from napari_devolearn.io.core.border import expect, read_json, reading
from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.training.fit.params import TrainParams

PARAM_KEYS = frozenset(field.name for field in dataclasses.fields(TrainParams))
SPEC_KEYS = frozenset(
    ("name", "task", "architecture", "encoder", "pixel_size", "context", "z_step", "outputs")
)
"""What a run may choose of a spec; the rest follows."""

ORIGIN_KEYS = frozenset(("start", "replay"))
"""What a run may choose that goes on from a trained model."""

_TYPES: dict[str, type] = {
    **{field.name: type(field.default) for field in dataclasses.fields(TrainParams)},
    "name": str,
    "context": int,
    "outputs": list,
    "start": str,
    "replay": float,
}
"""What JSON must hold; the rest of a spec is checked by itself."""


def write_config(path: Path, choices: dict[str, Any]) -> None:
    """Write choices as JSON, one a line.

    Parameters
    ----------
    path : Path
        Replaced if it exists.
    choices : dict
        Fields of `TrainParams`, of a spec those in `SPEC_KEYS`, and those in `ORIGIN_KEYS`.

    Raises
    ------
    OutputError
        If it cannot be written.
    """
    with atomic_file(path, overwrite=True) as stage:
        stage.write_text(json.dumps(choices, indent=2) + "\n", encoding="utf-8")


def read_config(path: Path) -> dict[str, Any]:
    """Read choices.

    Parameters
    ----------
    path : Path

    Returns
    -------
    dict
        Any of the fields that `write_config` takes.

    Raises
    ------
    TrainingError
        If it is no JSON object, or names anything else.
    """
    remedy = 'it should look like {"batch": 16}'
    choices = read_json(path, kind=TrainingError, remedy=remedy)
    known = PARAM_KEYS | SPEC_KEYS | ORIGIN_KEYS
    if unknown := sorted(choices.keys() - known):
        raise TrainingError(f"{path}: {', '.join(unknown)}: not known; there are {', '.join(sorted(known))}")
    with reading(path, kind=TrainingError, remedy=remedy):
        for name, value in choices.items():
            expect(value, _TYPES.get(name, type(value)), name)
    return {name: tuple(value) if isinstance(value, list) else value for name, value in choices.items()}
