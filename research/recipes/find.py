"""Find the recipe of a shipped model by its name."""

from __future__ import annotations

import importlib
from typing import Literal, get_args

from napari_devolearn.exceptions import TrainingError
from napari_devolearn.training.run.recipe import Recipe

RecipeName = Literal["nucleus", "membrane", "lineage", "neuron", "embryo"]

NAMES: tuple[str, ...] = get_args(RecipeName)


def find_recipe(name: str) -> Recipe:
    """Return the recipe that trains a shipped model.

    Parameters
    ----------
    name : str
        One of `NAMES`: the module of that name in ``research.recipes`` exports ``RECIPE``.

    Returns
    -------
    Recipe

    Raises
    ------
    TrainingError
        If there is none of that name.
    """
    if name not in NAMES:
        raise TrainingError(f"recipe {name!r}: unknown; choose one of: {', '.join(NAMES)}")
    recipe: Recipe = importlib.import_module(f"research.recipes.{name}").RECIPE
    return recipe
