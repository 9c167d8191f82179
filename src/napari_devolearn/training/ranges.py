"""Record what a model needs to compute in 8-bit integers, from the images it was trained on.

``train`` does so at its end. ``python -m napari_devolearn.training.ranges nucleus`` writes
``nucleus.int8.json`` anew beside the weights that ship, and prints the Dice.
"""

from __future__ import annotations

import argparse
import os
from collections.abc import Callable, Iterable
from pathlib import Path

import numpy as np
import torch
from torch import Tensor, nn

from napari_devolearn.models.ranges import Ranges, write_ranges
from napari_devolearn.models.registry import ModelFiles, find_model
from napari_devolearn.models.weights import load_network
from napari_devolearn.training.data import TrainingData
from napari_devolearn.training.outputs import pad_to_stride
from napari_devolearn.training.recipe import find_recipe
from napari_devolearn.training.rounding import agreement, rounded

SAME = 0.995
"""Dice from which masks count as the same."""

_IMAGES, _MEASURED = 64, 16


def main() -> None:
    """Parse the command line, record, and write."""
    parser = argparse.ArgumentParser(description=__doc__)
    data = os.environ.get("NAPARI_DEVOLEARN_DATA", "../shared/data")
    parser.add_argument("model", help="a recipe's name")
    parser.add_argument("--data", type=Path, default=Path(data), help="folder of the data sets")
    parser.add_argument("-m", "--spec", type=Path, help="a trained spec; by default the shipped one")
    given = parser.parse_args()
    files, recipe = find_model(given.spec or given.model), find_recipe(given.model)
    print(keep_ranges(files, load_network(files), *recipe.datasets(given.data, recipe.params)))


def keep_ranges(files: ModelFiles, network: nn.Module, train: TrainingData, held_out: TrainingData) -> float:
    """Write the ranges of a model beside its weights, if masks stay the same in 8-bit integers.

    Parameters
    ----------
    files : ModelFiles
    network : torch.nn.Module
        On the CPU, in evaluation mode.
    train, held_out : TrainingData
        The ranges are of the first, the masks of the second.

    Returns
    -------
    float
        Dice of the masks with those of float32; below `SAME` nothing is written.
    """
    ranges = record_ranges(network, some_images(train))
    same = agreement(network, rounded(network, ranges), some_images(held_out, _MEASURED))
    if same >= SAME:
        write_ranges(files, ranges)
    return same


def some_images(train: TrainingData, images: int = _IMAGES) -> Iterable[Tensor]:
    """Images from all over a data set, as training sees them, of sizes that a network takes.

    Parameters
    ----------
    train : TrainingData
    images : int
        How many at most.

    Yields
    ------
    Tensor, (1, C, Y, X), float32
    """
    train.set_epoch(0)
    for i in np.unique(np.linspace(0, len(train) - 1, images).astype(int)):
        image, _ = train[int(i)]
        yield pad_to_stride(torch.as_tensor(image)[None])


def record_ranges(network: nn.Module, images: Iterable[Tensor]) -> Ranges:
    """Least and largest input of each convolution in any of some images.

    Neither their mean over images nor percentiles: what these clip is bright, and masks lose it.

    Parameters
    ----------
    network : torch.nn.Module
        In evaluation mode.
    images : iterable of Tensor, (1, C, Y, X), float32

    Returns
    -------
    dict of str to (float, float)
        In the order of the network.
    """
    ranges: dict[str, tuple[float, float]] = {}

    def note(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def hook(_: nn.Module, given: tuple[Tensor, ...]) -> None:
            low, high = ranges.get(name, (float("inf"), float("-inf")))
            ranges[name] = (min(low, float(given[0].min())), max(high, float(given[0].max())))

        return hook

    hooks = [
        module.register_forward_pre_hook(note(name))
        for name, module in network.named_modules()
        if isinstance(module, nn.Conv2d)
    ]
    try:
        with torch.inference_mode():
            for image in images:
                network(image)
    finally:
        for hook in hooks:
            hook.remove()
    return ranges


if __name__ == "__main__":
    main()
