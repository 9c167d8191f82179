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
        0 to 1; NaN where it is unknown, which counts for nothing.

    Returns
    -------
    Tensor, scalar
        Dice as in Milletari et al. 2016, V-Net, eq. 1 (without the squares), smoothed by 1.
    """
    logits, target = where_known(logits, target)
    if not target.numel():
        return logits.sum()
    probability = logits.sigmoid()
    overlap = (probability * target).sum()
    dice = (2 * overlap + 1) / (probability.sum() + target.sum() + 1)
    return binary_cross_entropy_with_logits(logits, target) + 1 - dice


def where_known(output: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """What is compared: all pixels as they are, or those alone whose target is not NaN.

    Parameters
    ----------
    output, target : Tensor, same shape, float

    Returns
    -------
    output, target : Tensor
        Of one axis where some targets are NaN.
    """
    known = ~target.isnan()
    return (output, target) if bool(known.all()) else (output[known], target[known])
