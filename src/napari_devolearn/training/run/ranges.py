"""Record the ranges for computing in 8-bit integers, from the training images, if masks stay the same.

``train`` records them at its end; ``python -m research.ranges nucleus`` does so for a shipped model.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable
from contextlib import ExitStack

import numpy as np
import torch
from torch import Tensor, nn

from napari_devolearn.models.ranges import LEVELS, Ranges, with_zero, write_ranges
from napari_devolearn.models.registry import ModelFiles
from napari_devolearn.training.data.batches import TrainingData
from napari_devolearn.training.fit.outputs import pad_to_stride

_SAME = 0.995  # dice above which masks count as identical
_IMAGES, _COMPARED = 64, 16


def save_ranges(files: ModelFiles, network: nn.Module, train: TrainingData, held_out: TrainingData) -> float:
    """Write the ranges of a model next to its weights, if masks stay the same in 8-bit integers.

    Ranges are recorded on training data, masks are compared on held-out data. Returns the Dice of the masks
    with those of float32; below `_SAME` nothing is written.

    `network`: on the CPU, in evaluation mode.
    """
    ranges = record_ranges(network, sample_images(train))
    same = mask_dice(network, quantised(network, ranges), sample_images(held_out, _COMPARED))
    if same >= _SAME:
        write_ranges(files, ranges)
    return same


def sample_images(train: TrainingData, images: int = _IMAGES) -> Iterable[Tensor]:
    """Up to `images` padded images (1, C, Y, X) float32, evenly spread over a data set, as in training."""
    train.set_epoch(0)
    for i in np.unique(np.linspace(0, len(train) - 1, images).astype(int)):
        image, _ = train[int(i)]
        yield pad_to_stride(torch.as_tensor(image)[None])


def record_ranges(network: nn.Module, images: Iterable[Tensor]) -> Ranges:
    """Minimum and maximum input of each convolution over some images, (1, C, Y, X) float32.

    Means over images or percentiles would clip bright regions, which masks would lose.

    `network`: in evaluation mode.
    """
    ranges: dict[str, tuple[float, float]] = {}

    def record(name: str) -> Callable[[nn.Module, tuple[Tensor, ...]], None]:
        def hook(_: nn.Module, given: tuple[Tensor, ...]) -> None:
            low, high = ranges.get(name, (float("inf"), float("-inf")))
            ranges[name] = (min(low, float(given[0].min())), max(high, float(given[0].max())))

        return hook

    with ExitStack() as hooks, torch.inference_mode():
        for name, module in network.named_modules():
            if isinstance(module, nn.Conv2d):
                hooks.enter_context(module.register_forward_pre_hook(record(name)))
        for image in images:
            network(image)
    return ranges


def quantised(network: nn.Module, ranges: Ranges) -> nn.Module:
    """A copy of a network that rounds like OpenVINO after ``compute_in_int8``.

    `ranges`: from `record_ranges`.
    """
    copied = copy.deepcopy(network)
    for name in list(ranges)[1:-1]:
        conv = copied.get_submodule(name)
        if not isinstance(conv, nn.Conv2d) or conv.groups > 1:
            continue
        weights = conv.weight.detach()
        step = weights.abs().amax((1, 2, 3), keepdim=True).clamp_min(1e-30) / (LEVELS // 2 - 1)
        conv.weight = nn.Parameter((weights / step).round() * step, requires_grad=False)
        conv.register_forward_pre_hook(_quantise(*with_zero(*ranges[name])))
    return copied


def _quantise(low: float, high: float) -> Callable[[nn.Module, tuple[Tensor, ...]], tuple[Tensor]]:
    step = (high - low) / (LEVELS - 1)
    return lambda _, given: ((given[0].clamp(low, high) / step).round() * step,)


@torch.inference_mode()
def mask_dice(one: nn.Module, other: nn.Module, images: Iterable[Tensor]) -> float:
    """Dice of the masks of two networks at a threshold of 0.5; 1 if both are empty.

    `images`: (1, C, Y, X), float32, of sizes that the networks accept.
    """
    common = total = 0
    for image in images:
        masks = [network(image)[:, 0] > 0 for network in (one, other)]
        common += int((masks[0] & masks[1]).sum())
        total += int(masks[0].sum()) + int(masks[1].sum())
    return 2 * common / total if total else 1.0
