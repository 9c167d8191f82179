"""Find the recipe of a shipped model by its name."""

from __future__ import annotations

import importlib
from typing import Literal, get_args

from napari_devolearn.exceptions import TrainingError
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
