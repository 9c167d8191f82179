"""How fast this machine was last time, so that a run's time can be told before it starts."""

from __future__ import annotations

import json
import os
from contextlib import suppress
from pathlib import Path

from napari_devolearn._types import VoxelSize
from napari_devolearn.inference.grid import target_shape
from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.models.spec import ModelSpec

_TELLING = 10
"""Steps of a run below which its pace says little."""

_GUESSED = 7e-7
"""Seconds for a pixel that a network works at, on one core in float32 (tests/benchmarks/test_speed.py)."""


def pace_file() -> Path:
    """Where paces are kept: in the user's own cache.

    Returns
    -------
    Path
    """
    import platformdirs

    return Path(platformdirs.user_cache_path("napari-devolearn", appauthor=False)) / "pace.json"


def remember_pace(model: str, pixels: int, seconds: float, steps: int) -> None:
    """Note how long a slice took, unless the run was short; no matter if that fails.

    Parameters
    ----------
    model : str
    pixels : int
        Of a slice.
    seconds : float
        For a slice.
    steps : int
        Of the run.
    """
    if steps < _TELLING:
        return
    with suppress(OSError), atomic_file(pace_file(), overwrite=True) as stage:
        stage.write_text(json.dumps(_paces() | {model: seconds / pixels}), encoding="utf-8")


def known_pace(model: str, pixels: int) -> float | None:
    """Seconds that a slice took in the last run on this machine, at the same pixel size.

    Parameters
    ----------
    model : str
    pixels : int
        Of a slice.

    Returns
    -------
    float or None
    """
    pace = _paces().get(model)
    return pace * pixels if pace is not None else None


def guessed_pace(spec: ModelSpec, shape: tuple[int, int], voxel_size: VoxelSize | None) -> float:
    """Seconds that a slice may take on this machine's processor, where nothing ran yet; a card is faster.

    Parameters
    ----------
    spec : ModelSpec
    shape : tuple of int
        (Y, X) of a slice.
    voxel_size : tuple of float, optional
        (Z, Y, X) in um.

    Returns
    -------
    float
    """
    edge = spec.default_pixel_size(shape)
    size = voxel_size[1:] if voxel_size is not None else (edge, edge)
    height, width = target_shape(shape, size, spec.pixel_size)
    return height * width * _GUESSED / (os.cpu_count() or 1)


def _paces() -> dict[str, float]:
    with suppress(OSError, ValueError, TypeError):
        found = json.loads(pace_file().read_text(encoding="utf-8"))
        return {str(model): float(pace) for model, pace in dict(found).items()}
    return {}
