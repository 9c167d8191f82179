"""Recipe: all that trains a model again, under the model's name."""

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
"""What a spec says before there are weights."""


@dataclass(frozen=True, kw_only=True)
class Recipe:
    """A model's spec, its parameters, its data and what it is trained for.

    Parameters
    ----------
    spec : ModelSpec
        Of the model to be, with `NO_SHA256`.
    params : TrainParams
        What the shipped model was trained with.
    datasets : callable
        From the folder of all data sets and the parameters to training and held-out data.
    objective : Objective
    data : str
        One line for the model card: what it is trained on, its terms, and what is held out.
    start : callable, optional
        Fills a new network with weights to begin from; without it they are random.
    origin : dict
        Of a training that goes on from a model: ``start`` and ``replay``, as `read_config` gives them. The
        start is then scored, too, and kept if no epoch is better.
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

    Parameters
    ----------
    recipe : Recipe
    choices : dict
        As of `read_config`. Of the spec only the network may differ: the data sets are made for the
        rest.

    Returns
    -------
    Recipe

    Raises
    ------
    TrainingError
        If they ask for other data.
    """
    fixed = SPEC_KEYS - {"architecture", "encoder"}
    if other := sorted(k for k in choices.keys() & fixed if choices[k] != getattr(recipe.spec, k)):
        raise TrainingError(
            f"recipe {recipe.spec.name!r}: {', '.join(other)} cannot be chosen; leave them out, or train "
            "on a folder that 'napari-devolearn prepare' wrote"
        )
    network = {k: v for k, v in choices.items() if k in SPEC_KEYS}
    if network.get("architecture", recipe.spec.architecture) != recipe.spec.architecture:
        network |= {"encoder_depth": ModelSpec.encoder_depth, "decoder_channels": ModelSpec.decoder_channels}
    spec = replace(recipe.spec, **network)
    same = (spec.architecture, spec.encoder) == (recipe.spec.architecture, recipe.spec.encoder)
    return replace(
        recipe,
        spec=spec,
        start=recipe.start if same else None,  # the weights to begin from are those of one network
        params=replace(recipe.params, **{k: v for k, v in choices.items() if k in PARAM_KEYS}),
    )
