"""Recipe: everything that is needed to train a model again."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from torch import nn

from napari_devolearn.exceptions import TrainingError
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.data.batches import TrainingData
from napari_devolearn.training.fit.objective import Objective
from napari_devolearn.training.fit.params import TrainParams
from napari_devolearn.training.run.config import PARAM_KEYS, SPEC_KEYS

NO_SHA256 = "0" * 64
"""SHA-256 in a spec without weights."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A model's spec, parameters, data and objective.

    Parameters
    ----------
    spec : ModelSpec
        Spec of the model, with `NO_SHA256`.
    params : TrainParams
    datasets : callable
        From the folder of all data sets and the parameters to training and held-out data.
    objective : Objective
    data : str
        For the model card: training data, terms, and what is held out.
    start : callable, optional
        Fills a new network with initial weights; by default they are random.
    origin : dict
        For a fine-tuning: ``start`` and ``replay``, as from `read_config`. The initial weights are then
        evaluated too, and kept if no epoch is better.
    """

    spec: ModelSpec
    params: TrainParams
    datasets: Callable[[Path, TrainParams], tuple[TrainingData, TrainingData]]
    objective: Objective
    data: str = ""
    start: Callable[[nn.Module], None] | None = None
    origin: dict[str, Any] = field(default_factory=dict)


def change_recipe(recipe: Recipe, choices: dict[str, Any]) -> Recipe:
    """A recipe with other parameters or another network.

    `choices`: as from `read_config`. Of the spec only the network may differ, because the data sets are made
    for the rest.
    Raises TrainingError if other fields differ.
    """
    fixed = SPEC_KEYS - {"architecture", "encoder"}
    if other := sorted(k for k in choices.keys() & fixed if choices[k] != getattr(recipe.spec, k)):
        raise TrainingError(
            f"recipe {recipe.spec.name!r}: {', '.join(other)} cannot be changed; omit them, or train on a "
            "folder written by 'napari-devolearn prepare'"
        )
    network = {k: v for k, v in choices.items() if k in SPEC_KEYS}
    if network.get("architecture", recipe.spec.architecture) != recipe.spec.architecture:
        network |= {"encoder_depth": ModelSpec.encoder_depth, "decoder_channels": ModelSpec.decoder_channels}
    spec = replace(recipe.spec, **network)
    same = (spec.architecture, spec.encoder) == (recipe.spec.architecture, recipe.spec.encoder)
    return replace(
        recipe,
        spec=spec,
        start=recipe.start if same else None,  # initial weights fit only one network
        params=replace(recipe.params, **{k: v for k, v in choices.items() if k in PARAM_KEYS}),
    )
