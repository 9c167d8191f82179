"""Predictor: the interface of a model that the pipeline uses."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from napari_devolearn._types import Array, Probability
from napari_devolearn.inference.backends.backend import Backend
from napari_devolearn.models.spec import ModelSpec


class Predictor(Protocol):
    """Predicts the probability of the foreground for slices of an image.

    An interrupted run and other processes can load it again.
    """

    @property
    def spec(self) -> ModelSpec:
        """Task, inputs and outputs of the model."""

    @property
    def device(self) -> str:
        """``"cpu"``, ``"cuda:N"`` or ``"mps"``."""

    @property
    def batch(self) -> int:
        """Best number of slices per call."""

    @property
    def compute_backend(self) -> str:
        """Backend and number type; probabilities differ in the last digit between two of them."""

    @property
    def source(self) -> PredictorSource | None:
        """How to load it again; None if it was not loaded by `load_model`."""

    def predict_planes(
        self, batch: Sequence[Array], size: tuple[float, float], spans: Sequence[float] | None = None
    ) -> list[Probability]:
        """Probability, (len(spec.outputs), Y, X), of each slice; see ``Model.predict_planes``."""


class PredictorSource(Protocol):
    """Loads a predictor in another process; can be pickled and hashed."""

    def __hash__(self) -> int:
        """Equal for two sources of the same predictor."""

    @property
    def backend(self) -> Backend:
        """The requested backend."""

    def load(self) -> Predictor:
        """Load it in this process."""
