"""Scale and translation of an OME-Zarr image: its coordinateTransformations, NGFF 0.4 and 0.5."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from napari_devolearn.exceptions import warn_caller
from napari_devolearn.io.core.border import expect
from napari_devolearn.io.core.calibration import FARTHEST


def scale_and_translation(
    dataset: Mapping[str, Any], image: Mapping[str, Any], axes: int, path: Path
) -> tuple[list[float], list[float]]:
    """Scale and translation of an array: its own transformations, then those of its image."""
    scale, translation = [1.0] * axes, [0.0] * axes
    for described in (dataset, image):
        steps = expect(described.get("coordinateTransformations") or [], list, "coordinateTransformations")
        for step in steps:
            kind = expect(step, dict, "a coordinateTransformation").get("type")
            if kind == "scale":
                values = _numbers(step, "scale", axes)
                scale = [a * b for a, b in zip(scale, values, strict=True)]
                translation = [a * b for a, b in zip(translation, values, strict=True)]
            elif kind == "translation":
                values = _numbers(step, "translation", axes)
                translation = [a + b for a, b in zip(translation, values, strict=True)]
            elif kind != "identity":
                warn_caller(
                    f"{path}: a transformation of type {kind!r} is not applied; only scale and translation "
                    "are supported"
                )
    return scale, translation


def _numbers(step: Mapping[str, Any], key: str, count: int) -> list[float]:
    values = [
        float(expect(value, float, f"{key} {value!r:.40}")) for value in expect(step.get(key), list, key)
    ]
    if len(values) != count:
        raise ValueError(f"{key} has {len(values)} numbers for {count} axes")
    return values


def steps_of(path: Path, axis: str, scale: float, translation: float) -> float:
    """Translation in steps of the axis; 0 with a warning if it is implausible."""
    if not translation:
        return 0.0
    if 0 < abs(scale) < math.inf and abs(translation) <= FARTHEST * abs(scale):
        return round(translation / abs(scale), 6)
    warn_caller(
        f"{path}: the translation {translation:g} at a scale of {scale:g} along {axis} is implausible; 0 is "
        "used"
    )
    return 0.0


def first_frame_of(steps: float, path: Path) -> int:
    """Number of the first frame, given its time in frames; 0 with a warning if it is no whole number."""
    first = round(steps)
    if first >= 0 and abs(steps - first) < 1e-3:
        return first
    warn_caller(f"{path}: begins {steps:g} frames after time 0; frames are numbered 0, 1, .. instead")
    return 0
