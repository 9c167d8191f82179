"""Record what a model needs to compute in 8-bit integers, from the images it was trained on.

``train`` records them at its end; ``python -m research.ranges nucleus`` does so for a shipped model.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

import numpy as np
import torch
from torch import Tensor, nn

from napari_devolearn.models.ranges import Ranges, write_ranges
from napari_devolearn.models.registry import ModelFiles
from napari_devolearn.training.data.batches import TrainingData
from napari_devolearn.training.fit.outputs import pad_to_stride
from napari_devolearn.training.run.rounding import agreement, rounded

SAME = 0.995
"""Dice from which masks count as the same."""

_IMAGES, _MEASURED = 64, 16


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
