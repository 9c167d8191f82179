"""Train a shipped model again: ``python -m research.train nucleus -o RUN``."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from napari_devolearn.cli.training.train import add_training_options, chosen_options, train
from research.recipes.find import NAMES, change_recipe, find_recipe

DEFAULT_DATA = Path(os.environ.get("NAPARI_DEVOLEARN_DATA", "../shared/data"))


def main(words: list[str] | None = None) -> None:
    """Parse the command line and train the recipe's model into a folder.

    `words`: by default those of the command line.
    """
    parser = argparse.ArgumentParser(prog="python -m research.train", description=__doc__)
    parser.add_argument("recipe", choices=NAMES, help="name of the shipped model")
    parser.add_argument(
        "--data",
        type=Path,
        default=DEFAULT_DATA,
        metavar="FOLDER",
        help="folder of the data sets (NAPARI_DEVOLEARN_DATA, else ../shared/data)",
    )
    add_training_options(parser)
    given = parser.parse_args(words)
    recipe = change_recipe(find_recipe(given.recipe), chosen_options(given))
    command = f"python -m research.train {given.recipe} -o RUN --config config.json"
    train(given, recipe, given.data, command)


if __name__ == "__main__":
    main()
