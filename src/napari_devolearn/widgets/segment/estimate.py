"""Expected time of a run, from the previous ones on this machine."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from napari_devolearn._types import VoxelSize
from napari_devolearn.inference.inputs.grid import target_shape
from napari_devolearn.inference.predictor import Predictor
from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.widgets.common.form.run_block import clock, counted

_TELLING = 10
"""Minimum number of steps of a run for measuring its pace."""

_GUESSED = 6e-6
"""Seconds per pixel of the network's input, on one core of a laptop (AVX2, float32); servers are faster."""

_LOADING = "loading"
"""Key of the time to load the last model; not a valid model name."""


def pace_file() -> Path:
    """Path of the stored paces, in the user's cache folder."""
    import platformdirs

    return Path(platformdirs.user_cache_path("napari-devolearn", appauthor=False)) / "paces.json"


def remember_pace(model: str, pixels: int, seconds: float, steps: int) -> None:
    """Store the time per slice of so many `network_pixels`, unless the run was short; errors are ignored."""
    if steps >= _TELLING:
        _note(model, seconds / pixels)


def remember_loading(seconds: float) -> None:
    """Store the time to load a model, including the libraries."""
    _note(_LOADING, seconds)


def expected(
    slices: int, model: str, spec: ModelSpec, shape: tuple[int, int], size: VoxelSize | None, *, loaded: bool
) -> str:
    """Expected time of a run, from the last one of its model, or a rough guess before the first one.

    `slices` have no probability yet; `shape` is (Y, X) of one, and `size` (Z, Y, X) of a voxel in um. "" if
    there is nothing to compute.
    """
    if not slices:
        return ""
    paces = _paces()
    pace, loading = paces.get(model), 0.0 if loaded else paces.get(_LOADING, 0.0)
    pixels = slices * network_pixels(spec, shape, size)
    text = f"{counted(slices, 'slice')} to compute"
    if pace is not None:
        return f"{text}, about {clock(max(pixels * pace + loading, 1))}."
    roughly = clock(max(pixels * _GUESSED / (os.cpu_count() or 1) + loading, 1))
    more = "" if loaded or loading else " and loading the model"
    return f"{text}, roughly {roughly}{more}; a better estimate follows after the first run."


def in_use(model: Predictor) -> str:
    """Backend in use, and memory of this process."""
    import psutil  # napari depends on it

    memory = psutil.Process().memory_info().rss
    return f"Running in {model.compute_backend}, {memory / 1e9:.1f} GB of memory in use…"


def network_pixels(spec: ModelSpec, shape: tuple[int, int], voxel_size: VoxelSize | None) -> int:
    """Pixels of a slice, of shape (Y, X), at the pixel size of a model.

    Raises ImageFormatError if the voxel size, (Z, Y, X) in um, is implausible.
    """
    edge = spec.default_pixel_size(shape)
    size = voxel_size[1:] if voxel_size is not None else (edge, edge)
    height, width = target_shape(shape, size, spec.pixel_size)
    return height * width


def _note(name: str, seconds: float) -> None:
    with suppress(OSError), atomic_file(pace_file(), overwrite=True) as stage:
        stage.write_text(json.dumps(_paces() | {name: seconds}), encoding="utf-8")


def _paces() -> dict[str, float]:
    with suppress(OSError, ValueError, TypeError):
        found = json.loads(pace_file().read_text(encoding="utf-8"))
        return {str(name): float(pace) for name, pace in dict(found).items()}
    return {}
