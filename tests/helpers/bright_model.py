"""A model without a network: bright pixels are nuclei."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from napari_devolearn._types import Probability
from napari_devolearn.inference.model import Model
from napari_devolearn.models.spec import ModelSpec


@dataclass(frozen=True)
class BrightSource:
    """Lets a worker create the model."""

    seconds: float
    backend: str = "auto"

    def load(self) -> BrightModel:
        return BrightModel(self.seconds)


SPEC = ModelSpec(name="bright", task="nucleus", pixel_size=0.5, sha256="0" * 64)


class BrightModel(Model):
    """The probability of a pixel is its value, 0..255; each slice takes some time."""

    compute_backend = "none"

    def __init__(self, seconds: float = 0.0, spec: ModelSpec = SPEC) -> None:
        self.spec, self.device, self.batch, self.forward_passes = spec, "cpu", 1, 0
        self._seconds, self.source = seconds, BrightSource(seconds)

    def predict_planes(self, batch: Sequence[Any], *_: object) -> list[Probability]:
        time.sleep(self._seconds * len(batch))
        self.forward_passes += len(batch)
        return [np.asarray(plane, np.uint8)[None] for plane in batch]


def bright_movie(frames: int = 6) -> np.ndarray:
    """Boxes that move and never touch, (T, 4, 24, 32), uint8, one more in each frame up to four.

    ::

        0 . . .    0 1 . .    0 1 2 .    0 1 2 3    0 1 2 3
    """
    movie = np.zeros((frames, 4, 24, 32), np.uint8)
    for t in range(frames):
        for box in range(min(t + 1, 4)):
            x = 8 * box + t % 3
            movie[t, 1:3, 6 + t % 9 : 12 + t % 9, x : x + 5] = 200 + t
    return movie
