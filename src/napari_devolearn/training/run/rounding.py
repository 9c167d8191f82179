"""Simulate the effect of 8-bit integers on a network's masks, in float32."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from napari_devolearn.models.ranges import LEVELS, Ranges, with_zero


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
