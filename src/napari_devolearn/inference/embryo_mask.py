"""A model that looks inside the embryo only: what it finds elsewhere is no nucleus and no cell."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Probability
from napari_devolearn.exceptions import ParameterError
from napari_devolearn.inference.backends.backend import Backend
from napari_devolearn.inference.model import Model

if TYPE_CHECKING:
    from napari_devolearn.inference.model_source import ModelSource

PROBABLE = 0.25
"""Probability of the embryo from which on something may lie in it; low, so that no nucleus at its rim loses
its edge."""


@dataclass(frozen=True)
class InsideSource:
    """Where both models came from, so that another process can load them, too.

    Parameters
    ----------
    model, embryo : ModelSource
    """

    model: ModelSource
    embryo: ModelSource

    @property
    def backend(self) -> Backend:
        """That was asked for."""
        return self.model.backend

    def load(self) -> InsideModel:
        """Load the models in this process."""
        return InsideModel(self.model.load(), self.embryo.load())


class InsideModel(Model):
    """A model whose probability is 0 outside of the embryo.

    Parameters
    ----------
    model : Model
        Of nuclei or cells.
    embryo : Model
        ``load_model("embryo")``, of the same device.

    Raises
    ------
    ValueError
        If `embryo` finds no embryo.
    """

    def __init__(self, model: Model, embryo: Model) -> None:
        if embryo.spec.task != "embryo":
            raise ParameterError(f"model {embryo.spec.name!r}: finds no embryo; pass an embryo model")
        self.spec, self.device, self.batch = model.spec, model.device, model.batch
        self.forward_passes = 0
        self._model, self._embryo = model, embryo
        self.source = None
        if model.source is not None and embryo.source is not None:
            self.source = InsideSource(model.source, embryo.source)  # type: ignore[assignment]

    @property
    def arithmetic(self) -> str:
        """What the last digit of a probability depends on, beside the weights."""
        return f"{self._model.arithmetic}, inside {self._embryo.spec.name} {self._embryo.spec.sha256[:8]}"

    def predict_planes(
        self,
        batch: Sequence[npt.NDArray[np.generic]],
        size: tuple[float, float],
        spans: Sequence[float] | None = None,
    ) -> list[Probability]:
        """What the model says of some slices, 0 outside of the embryo; see `Model.predict_planes`."""
        said = self._model.predict_planes(batch, size, spans)
        self.forward_passes += len(batch)
        own = [plane if plane.ndim == 2 else plane[len(plane) // 2] for plane in batch]
        embryos = self._embryo.predict_planes(own, size, spans)
        least = math.ceil(PROBABLE * 255)
        return [
            np.where(embryo[:1] >= least, outputs, np.uint8(0))
            for outputs, embryo in zip(said, embryos, strict=True)
        ]

    def predict_plane(
        self, planes: npt.NDArray[np.generic], size: tuple[float, float], span: float = 0.0
    ) -> Probability:
        """What the model says of one slice; see `Model.predict_plane`."""
        return self.predict_planes([planes], size, [span])[0]
