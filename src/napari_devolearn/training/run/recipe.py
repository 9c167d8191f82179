"""Recipe: everything that is needed to train a model again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from torch import nn

from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.data.batches import TrainingData
from napari_devolearn.training.fit.objective import Objective
from napari_devolearn.training.fit.params import TrainParams
from napari_devolearn.training.run.config import SPEC_KEYS

NO_SHA256 = "0" * 64
"""SHA-256 in a spec without weights."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A model's spec, parameters, data and objective.

    `spec`: with `NO_SHA256`.
    `datasets`: from the folder of all data sets and the parameters to training and held-out data.
    `data`: for the model card: training data, terms, and what is held out.
    `start`: fills a new network with initial weights; by default they are random.
    `origin`: of a fine-tuning: ``start`` and ``replay``, as from `read_config`. The initial weights are then
    evaluated too, and kept if no epoch is better.
    """

    spec: ModelSpec
    params: TrainParams
    datasets: Callable[[Path, TrainParams], tuple[TrainingData, TrainingData]]
    objective: Objective
    data: str = ""
    start: Callable[[nn.Module], object] | None = None
    origin: dict[str, Any] = field(default_factory=dict)

    @property
    def choices(self) -> dict[str, Any]:
        """All options, as for `write_config`."""
        network = {name: value for name, value in asdict(self.spec).items() if name in SPEC_KEYS}
        return network | asdict(self.params) | self.origin
