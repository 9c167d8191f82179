"""Predictor: all that the pipeline needs to know of a model."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Probability
from napari_devolearn.inference.backends.backend import Backend
from napari_devolearn.models.spec import ModelSpec


class Predictor(Protocol):
    """Gives the probability of the foreground for slices of an image."""

    @property
    def spec(self) -> ModelSpec:
        """What the model is, what it takes and what it gives."""

    @property
    def device(self) -> str:
        """Where it runs: ``"cpu"``, ``"cuda:N"`` or ``"mps"``."""

    @property
    def batch(self) -> int:
        """How many slices it takes at once at best."""

    def predict_planes(
        self,
        batch: Sequence[npt.NDArray[np.generic]],
        size: tuple[float, float],
        spans: Sequence[float] | None = None,
    ) -> list[Probability]:
        """Probability, (len(spec.outputs), Y, X), of each slice; see ``Model.predict_planes``."""


class ResumablePredictor(Predictor, Protocol):
    """A predictor whose results can be told from those of another one, and that can be loaded again."""

    @property
    def compute_backend(self) -> str:
        """What computes it: the last digit of a probability depends on it, beside the weights."""

    @property
    def source(self) -> PredictorSource | None:
        """Where it came from; None of a model made by hand."""


class PredictorSource(Protocol):
    """Where a predictor came from, so that another process can load it, too; can be pickled."""

    def __hash__(self) -> int:
        """Equal where both load the same."""

    @property
    def backend(self) -> Backend:
        """How it was asked to run on a CPU."""

    def load(self) -> ResumablePredictor:
        """Load it in this process."""
