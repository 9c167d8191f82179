"""A ModelSpec as a JSON file next to the weights."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.io.core.border import read_json, reading
from napari_devolearn.models.spec import ModelSpec


def read_spec(path: Path) -> ModelSpec:
    """Read a spec from the JSON file next to the weights.

    Raises WeightsError if the file is not a JSON object, or has unknown fields or invalid values.
    """
    remedy = "restore the file or train again"
    fields = tuples(read_json(path, kind=WeightsError, remedy=remedy))
    with reading(path, "as a model spec", kind=WeightsError, remedy=remedy):
        return ModelSpec(**fields)


def tuples(fields: dict[str, Any]) -> dict[str, Any]:
    """Convert lists from JSON to tuples."""
    return {key: tuple(value) if isinstance(value, list) else value for key, value in fields.items()}


def write_spec(spec: ModelSpec, path: Path) -> None:
    """Write a spec as JSON, one field per line."""
    path.write_text(json.dumps(dataclasses.asdict(spec), indent=2) + "\n", encoding="utf-8")
