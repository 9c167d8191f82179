"""Record the 8-bit integer ranges of a shipped model: ``python -m research.ranges nucleus``.

Writes ``nucleus.int8.json`` next to the weights and prints the Dice of 8-bit masks and float32 masks.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from napari_devolearn.models.registry import find_model
from napari_devolearn.models.weights import load_network
from napari_devolearn.training.run.ranges import save_ranges
from research.recipes.find import NAMES, find_recipe
from research.train import DEFAULT_DATA


def main() -> None:
    """Parse the command line, record the ranges and write them."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", choices=NAMES, help="name of the recipe")
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of the data sets")
    parser.add_argument("-m", "--spec", type=Path, help="a trained spec; the shipped one by default")
    given = parser.parse_args()
    files, recipe = find_model(given.spec or given.model), find_recipe(given.model)
    print(save_ranges(files, load_network(files), *recipe.datasets(given.data, recipe.params)))


if __name__ == "__main__":
    main()
