"""EmbryoMaskedModel: a model whose predictions are masked outside the embryo."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from napari_devolearn._types import Array, Probability
from napari_devolearn.exceptions import ParameterError
from napari_devolearn.inference.backends.backend import Backend
from napari_devolearn.inference.inputs.opening import open_movie
from napari_devolearn.inference.planes import predict_movie
from napari_devolearn.inference.predictor import Predictor, PredictorSource
from napari_devolearn.postprocess.embryo import EMBRYO_PROBABILITY


class EmbryoMaskedModel:
    """A model whose probability is 0 outside the embryo.

    `model`: a nucleus or membrane model.
    `embryo`: ``load_model("embryo")``, on the same device.
    Raises ParameterError if `embryo` is not an embryo model.
    """

    def __init__(self, model: Predictor, embryo: Predictor) -> None:
        if embryo.spec.task != "embryo":
            raise ParameterError(f"model {embryo.spec.name!r}: finds no embryo; pass an embryo model")
        self._model, self._embryo = model, embryo
        self.spec, self.device = model.spec, model.device

    @property
    def batch(self) -> int:
        """Best number of slices per call."""
        return min(self._model.batch, self._embryo.batch)

    @property
    def compute_backend(self) -> str:
        """Backend, number type and the embryo model."""
        embryo = self._embryo.spec
        return f"{self._model.compute_backend}, inside {embryo.name} {embryo.sha256[:8]}"

    @property
    def source(self) -> EmbryoMaskedSource | None:
        """How to load both models again; None if one was not loaded by `load_model`."""
        model, embryo = self._model.source, self._embryo.source
        return None if model is None or embryo is None else EmbryoMaskedSource(model, embryo)

    def predict(self, image: Any, *, voxel_size: Sequence[float] | None = None) -> Probability:
        """Predict the probability of the foreground; see `Model.predict`."""
        return predict_movie(open_movie(image, voxel_size, self.spec), self)

    def predict_planes(
        self, batch: Sequence[Array], size: tuple[float, float], spans: Sequence[float] | None = None
    ) -> list[Probability]:
        """Predict slices; 0 outside the embryo. See `Model.predict_planes`."""
        predictions = self._model.predict_planes(batch, size, spans)
        centres = [plane if plane.ndim == 2 else plane[len(plane) // 2] for plane in batch]
        embryos = self._embryo.predict_planes(centres, size, spans)
        lowest = math.ceil(EMBRYO_PROBABILITY * 255)
        return [
            np.where(embryo[:1] >= lowest, prediction, np.uint8(0))
            for prediction, embryo in zip(predictions, embryos, strict=True)
        ]


@dataclass(frozen=True)
class EmbryoMaskedSource:
    """Loads both models in another process."""

    model: PredictorSource
    embryo: PredictorSource

    @property
    def backend(self) -> Backend:
        """The requested backend."""
        return self.model.backend

    def load(self) -> EmbryoMaskedModel:
        """Load both models in this process."""
        return EmbryoMaskedModel(self.model.load(), self.embryo.load())
