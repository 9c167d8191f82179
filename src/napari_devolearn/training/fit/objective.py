"""What a training makes small, and what it measures."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, Protocol

import torch
from scipy.special import logit
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits, smooth_l1_loss

from napari_devolearn.training.fit.losses import dice_bce, where_known


class Objective(Protocol):
    """What the loop asks of an objective."""

    def loss(self, output: Tensor, target: Tensor) -> Tensor:
        """Scalar to make small, from what the network gave for a batch and its targets."""

    def measure(self, pairs: Iterable[tuple[Tensor, Tensor]]) -> dict[str, float]:
        """Scores of the held-out pairs of output and target, batches of 1; the first decides."""


@dataclass(frozen=True, kw_only=True)
class SegmentObjective:
    """Foreground by Dice + BCE, further channels by regression of their probability.

    Parameters
    ----------
    further : {"bce", "smooth-l1"}
        Loss of the channels after the first, whose targets lie in 0..1.
    weight : float
        Of that loss beside the foreground's.
    threshold : float
        Probability at which the scores cut the first channel.
    lenience : float
        What else would be this probability is learnt as 0.5. Against a truth whose borders are uncertain
        the IoU is best at a threshold below 0.5 (half of the best Dice: Lipton, Elkan and Naryanaswamy
        2014, ECML PKDD, 225); so it is at 0.5.
    """

    further: Literal["bce", "smooth-l1"] = "bce"
    weight: float = 1.0
    threshold: float = 0.5
    lenience: float = 0.5

    def loss(self, output: Tensor, target: Tensor) -> Tensor:
        """Loss of a batch.

        Parameters
        ----------
        output, target : Tensor, (N, K, Y, X), float
            Logits, and targets in 0..1, NaN where they are unknown.

        Returns
        -------
        Tensor, scalar
        """
        total = dice_bce(output[:, :1] + float(logit(self.lenience)), target[:, :1])
        if output.shape[1] == 1:
            return total
        logits, truth = where_known(output[:, 1:], target[:, 1:])
        if not truth.numel():
            return total
        if self.further == "bce":
            return total + self.weight * binary_cross_entropy_with_logits(logits, truth)
        return total + self.weight * smooth_l1_loss(logits.sigmoid(), truth, beta=0.1)

    def measure(self, pairs: Iterable[tuple[Tensor, Tensor]]) -> dict[str, float]:
        """Overlap of the first channel with its mask, and the error of the others.

        Parameters
        ----------
        pairs : iterable of (output, target), each (N, K, Y, X)

        Returns
        -------
        dict of str to float
            ``iou`` and ``dice`` pooled over all pixels; ``slice_iou`` and ``slice_dice``, means over
            the slices where either has foreground; with further channels ``error``, the mean absolute
            error of those.
        """
        counts: list[Tensor] = []
        errors: list[Tensor] = []
        for output, target in pairs:
            probability = output.sigmoid()
            known = ~target[:, 0].isnan()
            found, true = (probability[:, 0] > self.threshold) & known, target[:, 0] > 0.5
            parts = (found & true, found, true)
            counts.append(torch.stack([part.flatten(1).sum(1) for part in parts], 1))
            if output.shape[1] > 1:
                errors.append((probability[:, 1:] - target[:, 1:]).abs().nanmean())
        scores = _overlaps(torch.cat(counts).double().cpu())
        return scores | ({"error": torch.stack(errors).nanmean().item()} if errors else {})


def _overlaps(counts: Tensor) -> dict[str, float]:
    """Scores of rows of pixels in both, found and true."""
    both, found, true = counts.sum(0).tolist()
    sums = counts[:, 1] + counts[:, 2]
    overlaps, sums = counts[sums > 0, 0], sums[sums > 0]
    return {
        "iou": both / max(found + true - both, 1),
        "dice": 2 * both / max(found + true, 1),
        "slice_iou": (overlaps / (sums - overlaps)).mean().item(),
        "slice_dice": (2 * overlaps / sums).mean().item(),
    }
