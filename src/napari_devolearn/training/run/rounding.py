"""What 8-bit integers would change in a network's masks, without what computes in them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable

import torch
from torch import Tensor, nn

from napari_devolearn.models.ranges import LEVELS, Ranges, with_zero


def rounded(network: nn.Module, ranges: Ranges) -> nn.Module:
    """A copy of a network that rounds as ``compute_in_int8`` lets OpenVINO do.

    Parameters
    ----------
    network : torch.nn.Module
    ranges : dict of str to (float, float)
        From `record_ranges`.

    Returns
    -------
    torch.nn.Module
    """
    copied = copy.deepcopy(network)
    for name in list(ranges)[1:-1]:
        conv = copied.get_submodule(name)
        if not isinstance(conv, nn.Conv2d) or conv.groups > 1:
            continue
        weights = conv.weight.detach()
        step = weights.abs().amax((1, 2, 3), keepdim=True).clamp_min(1e-30) / (LEVELS // 2 - 1)
        conv.weight = nn.Parameter((weights / step).round() * step, requires_grad=False)
        conv.register_forward_pre_hook(_rounding(*with_zero(*ranges[name])))
    return copied


def _rounding(low: float, high: float) -> Callable[[nn.Module, tuple[Tensor, ...]], tuple[Tensor]]:
    step = (high - low) / (LEVELS - 1)
    return lambda _, given: ((given[0].clamp(low, high) / step).round() * step,)


@torch.inference_mode()
def agreement(one: nn.Module, other: nn.Module, images: Iterable[Tensor]) -> float:
    """Dice of the masks that two networks draw, at a threshold of 0.5.

    Parameters
    ----------
    one, other : torch.nn.Module
    images : iterable of Tensor, (1, C, Y, X), float32
        Of sizes that the networks take.

    Returns
    -------
    float
        1 where both draw none.
    """
    common = drawn = 0
    for image in images:
        masks = [network(image)[:, 0] > 0 for network in (one, other)]
        common += int((masks[0] & masks[1]).sum())
        drawn += int(masks[0].sum()) + int(masks[1].sum())
    return 2 * common / drawn if drawn else 1.0
