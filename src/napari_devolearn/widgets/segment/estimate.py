"""What a run will take, before it starts, by what this machine took last time."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn._types import VoxelSize
from napari_devolearn.inference.inputs.grid import target_shape
from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.widgets.common.form.run_block import clock

if TYPE_CHECKING:
    from napari_devolearn.inference.predictor import ResumablePredictor

_TELLING = 10
"""Steps of a run below which its pace says little."""

_GUESSED = 7e-7
"""Seconds for a pixel that a network works at, on one core in float32 (tests/benchmarks/test_speed.py)."""

_LOADING = "loading"
"""Under this name lies how long the last model took to load; no model is called so."""


def pace_file() -> Path:
    """Where paces are kept: in the user's own cache."""
    import platformdirs

    return Path(platformdirs.user_cache_path("napari-devolearn", appauthor=False)) / "pace.json"


def remember_pace(model: str, pixels: int, seconds: float, steps: int) -> None:
    """Note how long a slice of so many pixels took, unless the run was short; no matter if that fails."""
    if steps >= _TELLING:
        _note(model, seconds / pixels)


def remember_loading(seconds: float) -> None:
    """Note how long a model took to load, the libraries that it needs included."""
    _note(_LOADING, seconds)


def expected(
    slices: int, model: str, spec: ModelSpec, shape: tuple[int, int], size: VoxelSize | None, *, loaded: bool
) -> str:
    """How long a run would take, by the last one of its model; before the first one, by a guess.

    `slices` have no probability yet; `shape` is (Y, X) of one, and `size` (Z, Y, X) of a voxel in um. ""
    where there is nothing to compute.
    """
    if not slices:
        return ""
    paces = _paces()
    pace, loading = paces.get(model), 0.0 if loaded else paces.get(_LOADING, 0.0)
    plural = "slice" if slices == 1 else "slices"
    if pace is not None:
        about = f"about {clock(slices * pace * shape[0] * shape[1] + loading)}"
        return f"{slices} {plural} to compute, {about}."
    roughly = clock(slices * _guessed(spec, shape, size) + loading)
    more = "" if loaded or loading else " and loading the model"
    return f"{slices} {plural} to compute, roughly {roughly}{more}; better known after the first run."


def in_use(model: ResumablePredictor) -> str:
    """What runs where, and how much memory this program holds by now."""
    import psutil  # napari brings it

    memory = psutil.Process().memory_info().rss
    return f"Running in {model.compute_backend}, {memory / 1e9:.1f} GB of memory in use…"


def _guessed(spec: ModelSpec, shape: tuple[int, int], voxel_size: VoxelSize | None) -> float:
    """Seconds that a slice may take on this machine's processor; a graphics card is faster."""
    edge = spec.default_pixel_size(shape)
    size = voxel_size[1:] if voxel_size is not None else (edge, edge)
    height, width = target_shape(shape, size, spec.pixel_size)
    return height * width * _GUESSED / (os.cpu_count() or 1)


def _note(name: str, seconds: float) -> None:
    with suppress(OSError), atomic_file(pace_file(), overwrite=True) as stage:
        stage.write_text(json.dumps(_paces() | {name: seconds}), encoding="utf-8")


def _paces() -> dict[str, float]:
    with suppress(OSError, ValueError, TypeError):
        found = json.loads(pace_file().read_text(encoding="utf-8"))
        return {str(name): float(pace) for name, pace in dict(found).items()}
    return {}
