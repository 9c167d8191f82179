"""Find the recipe of a shipped model by its name, and change it."""

from __future__ import annotations

import importlib
from dataclasses import replace
from typing import Any, Literal, get_args

from napari_devolearn.exceptions import TrainingError
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.run.config import PARAM_KEYS, SPEC_KEYS
from napari_devolearn.training.run.recipe import Recipe

RecipeName = Literal["nucleus", "membrane", "lineage", "neuron", "embryo"]

NAMES: tuple[str, ...] = get_args(RecipeName)


def find_recipe(name: str) -> Recipe:
    """Recipe of a shipped model: ``RECIPE`` of the module in ``research.recipes``.

    Raises TrainingError if the name is not one of `NAMES`.
    """
    if name not in NAMES:
        raise TrainingError(f"recipe {name!r}: unknown; choose one of: {', '.join(NAMES)}")
    recipe: Recipe = importlib.import_module(f"research.recipes.{name}").RECIPE
    return recipe


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
