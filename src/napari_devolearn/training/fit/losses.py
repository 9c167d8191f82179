"""The loss of the segmentation models: overlap and per-pixel error together."""

from __future__ import annotations

from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits


def dice_bce(logits: Tensor, target: Tensor) -> Tensor:
    """Binary cross entropy plus one minus the soft Dice of the whole batch.

    The batch is pooled, so that an empty slice beside a full one still has a gradient.

    Parameters
    ----------
    logits : Tensor, (N, 1, Y, X), float
    target : Tensor, (N, 1, Y, X), float
        0 or 1.

    Returns
    -------
    Tensor, scalar
        Dice as in Milletari et al. 2016, V-Net, eq. 1 (without the squares), smoothed by 1.
    """
    probability = logits.sigmoid()
    overlap = (probability * target).sum()
    dice = (2 * overlap + 1) / (probability.sum() + target.sum() + 1)
    return binary_cross_entropy_with_logits(logits, target) + 1 - dice
