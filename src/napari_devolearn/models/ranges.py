"""Input ranges of convolutions, needed to compute in 8-bit integers."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.io.core.border import read_json, reading
from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.models.registry import ModelFiles

Ranges = Mapping[str, tuple[float, float]]
"""Minimum and maximum input of each convolution, by its module name."""

SUFFIX = ".int8.json"

LEVELS = 256
"""Levels of an 8-bit input. Weights have one less, -127 to 127, to be symmetric."""


def ranges_file(files: ModelFiles) -> Path:
    """Path of a model's ranges."""
    return files.weights.with_suffix(SUFFIX)


def read_ranges(files: ModelFiles) -> Ranges | None:
    """Read the recorded ranges of a model; None if there are none, or if they belong to other weights.

    Raises WeightsError if the file cannot be read.
    """
    path = ranges_file(files)
    if not path.is_file():
        return None
    remedy = "delete it, or reinstall the package"
    recorded = read_json(path, kind=WeightsError, remedy=remedy)
    with reading(path, "as a table of ranges", kind=WeightsError, remedy=remedy):
        ranges = {str(name): (float(low), float(high)) for name, (low, high) in recorded["ranges"].items()}
        weights = recorded["weights"]
        if not all(-math.inf < low <= high < math.inf for low, high in ranges.values()):
            raise ValueError("a range is empty or not finite")
    return ranges if weights == files.spec.sha256 else None


def write_ranges(files: ModelFiles, ranges: Ranges) -> Path:
    """Write the ranges of a model next to its weights."""
    rounded = {name: [float(f"{low:.5g}"), float(f"{high:.5g}")] for name, (low, high) in ranges.items()}
    lines = ",\n".join(f"    {json.dumps(name)}: {json.dumps(pair)}" for name, pair in rounded.items())
    path = ranges_file(files)
    with atomic_file(path, overwrite=True) as stage:
        stage.write_text(
            f'{{\n  "weights": "{files.spec.sha256}",\n  "ranges": {{\n{lines}\n  }}\n}}\n', encoding="utf-8"
        )
    return path


def with_zero(low: float, high: float) -> tuple[float, float]:
    """Widen a range so that 0, the padding value, is one of its levels.

    Returns low and high, ``LEVELS - 1`` steps apart.
    """
    low, high, most = min(low, 0.0), max(high, 1e-6), LEVELS - 1
    zero = round(-low / (high - low) * most)
    if zero == 0:
        return 0.0, high
    if zero == most:
        return low, 0.0
    step = max(-low / zero, high / (most - zero))
    return -step * zero, step * (most - zero)
