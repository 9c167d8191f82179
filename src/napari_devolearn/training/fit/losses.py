"""Loss of the segmentation models: Dice and binary cross entropy."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits


def dice_bce(logits: Tensor, target: Tensor) -> Tensor:
    """Binary cross entropy plus one minus the soft Dice of the whole batch.

    The batch is pooled, so that empty slices have a gradient too. Dice as in Milletari et al. 2016, V-Net,
    eq. 1 (without the squares), smoothed by 1.

    `logits`: (N, 1, Y, X), float.
    `target`: (N, 1, Y, X), float in 0..1; NaN where unknown, which is ignored.
    """
    logits, target = where_known(logits, target)
    if not target.numel():
        return logits.sum()
    probability = logits.sigmoid()
    overlap = (probability * target).sum()
    dice = (2 * overlap + 1) / (probability.sum() + target.sum() + 1)
    return binary_cross_entropy_with_logits(logits, target) + 1 - dice


def where_known(output: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """The pixels to compare: all, unchanged, or, if some targets are NaN, the others with one axis."""
    known = ~target.isnan()
    return (output, target) if bool(known.all()) else (output[known], target[known])
