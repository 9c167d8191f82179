"""Options of a run as JSON, for ``train --config`` and ``--resume``; ``tune`` writes them too."""

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
"""Options of a run that belong to the spec."""

ORIGIN_KEYS = frozenset(("start", "replay"))
"""Options of a fine-tuning run."""

_TYPES: dict[str, type] = {
    **{field.name: type(field.default) for field in dataclasses.fields(TrainParams)},
    "name": str,
    "context": int,
    "outputs": list,
    "start": str,
    "replay": float,
}
"""Types in JSON; other fields are checked by the spec."""


def write_config(path: Path, choices: dict[str, Any]) -> None:
    """Write options as JSON, one per line; an existing file is replaced.

    `choices`: fields of `TrainParams`, and those in `SPEC_KEYS` and `ORIGIN_KEYS`.
    Raises OutputError if it cannot be written.
    """
    with atomic_file(path, overwrite=True) as stage:
        stage.write_text(json.dumps(choices, indent=2) + "\n", encoding="utf-8")


def read_config(path: Path) -> dict[str, Any]:
    """Read options as written by `write_config`.

    Raises TrainingError if the file is not a JSON object, or has other fields.
    """
    remedy = 'write it like {"batch": 16}'
    choices = read_json(path, kind=TrainingError, remedy=remedy)
    known = PARAM_KEYS | SPEC_KEYS | ORIGIN_KEYS
    if unknown := sorted(choices.keys() - known):
        raise TrainingError(
            f"{path}: unknown options {', '.join(unknown)}; choose from {', '.join(sorted(known))}"
        )
    with reading(path, kind=TrainingError, remedy=remedy):
        for name, value in choices.items():
            expect(value, _TYPES.get(name, type(value)), name)
    return {name: tuple(value) if isinstance(value, list) else value for name, value in choices.items()}
