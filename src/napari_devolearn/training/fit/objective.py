"""Loss and scores of a training."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

import torch
from scipy.special import logit
from torch import Tensor
from torch.nn.functional import binary_cross_entropy_with_logits


class Objective(Protocol):
    """Interface of an objective for the training loop."""

    def loss(self, output: Tensor, target: Tensor) -> Tensor:
        """Loss of a batch (a scalar), from outputs and targets."""

    def measure(self, pairs: Iterable[tuple[Tensor, Tensor]]) -> dict[str, float]:
        """Scores of batches of held-out outputs and targets; the first score selects the epoch."""


@dataclass(frozen=True, kw_only=True)
class SegmentObjective:
    """Dice and BCE of the foreground, and BCE of further channels.

    `weight`: of the loss of the channels after the first, whose targets are in 0..1, relative to the
    foreground's.
    `lenience`: pixels whose probability would be this value are learnt as 0.5. If borders in the ground truth
    are uncertain, the IoU is best at a threshold below 0.5 (half of the best Dice: Lipton, Elkan and
    Naryanaswamy 2014, ECML PKDD, 225); with this shift it is best at 0.5.
    """

    weight: float = 1.0
    lenience: float = 0.5

    def loss(self, output: Tensor, target: Tensor) -> Tensor:
        """Loss of a batch: logits and targets in 0..1, both (N, K, Y, X); NaN where unknown."""
        total = _dice_bce(output[:, :1] + float(logit(self.lenience)), target[:, :1])
        if output.shape[1] == 1:
            return total
        logits, truth = _where_known(output[:, 1:], target[:, 1:])
        if not truth.numel():
            return total
        return total + self.weight * binary_cross_entropy_with_logits(logits, truth)

    def measure(self, pairs: Iterable[tuple[Tensor, Tensor]]) -> dict[str, float]:
        """Overlap of the first channel with its mask, and the error of the others.

        `pairs`: (output, target), each (N, K, Y, X).
        Returns ``iou`` and ``dice``, pooled over all pixels; ``slice_iou`` and ``slice_dice``, means over the
        slices with foreground in either; and for further channels ``error``, their mean absolute error.
        """
        counts, errors = [], []
        for output, target in pairs:
            probability = output.sigmoid()
            known = ~target[:, 0].isnan()
            found, true = (probability[:, 0] > 0.5) & known, target[:, 0] > 0.5
            parts = (found & true, found, true)
            counts.append(torch.stack([part.flatten(1).sum(1) for part in parts], 1))
            if output.shape[1] > 1:
                errors.append((probability[:, 1:] - target[:, 1:]).abs().nanmean())
        scores = _overlaps(torch.cat(counts).double().cpu())
        return scores | ({"error": torch.stack(errors).nanmean().item()} if errors else {})


@dataclass(frozen=True, kw_only=True)
class FineTuneObjective:
    """Loss of the user's images plus that of simulated ones: large cells do not outweigh small nuclei.

    Targets have one channel more than outputs: 1 in simulated images, 0 in others.

    `segment`: objective of both.
    `weight`: of the loss of simulated images.
    """

    segment: SegmentObjective
    weight: float = 2.0

    def loss(self, output: Tensor, target: Tensor) -> Tensor:
        """Loss of a batch; output (N, K, Y, X), target (N, K + 1, Y, X)."""
        total, simulated = output.new_zeros(()), _simulated(target)
        for part, weight in ((~simulated, 1.0), (simulated, self.weight)):
            if part.any():
                total = total + weight * self.segment.loss(output[part], target[part, :-1])
        return total

    def measure(self, pairs: Iterable[tuple[Tensor, Tensor]]) -> dict[str, float]:
        """Scores of the user's images, and ``kept``, the IoU of simulated ones with the initial masks.

        `pairs`: no batch contains both kinds.
        """
        simulated: list[tuple[Tensor, Tensor]] = []

        def own() -> Iterator[tuple[Tensor, Tensor]]:
            for output, target in pairs:
                pair = output, target[:, :-1]
                if _simulated(target).any():
                    simulated.append(pair)
                else:
                    yield pair

        scores = self.segment.measure(own())
        return scores | ({"kept": self.segment.measure(simulated)["iou"]} if simulated else {})


def _simulated(target: Tensor) -> Tensor:
    return target[:, -1, 0, 0] > 0


def _overlaps(counts: Tensor) -> dict[str, float]:
    """Scores from rows of pixel counts: in both, predicted, true."""
    both, found, true = counts.sum(0).tolist()
    sums = counts[:, 1] + counts[:, 2]
    overlaps, sums = counts[sums > 0, 0], sums[sums > 0]
    return {
        "iou": both / max(found + true - both, 1),
        "dice": 2 * both / max(found + true, 1),
        "slice_iou": (overlaps / (sums - overlaps)).mean().item(),
        "slice_dice": (2 * overlaps / sums).mean().item(),
    }


def _dice_bce(logits: Tensor, target: Tensor) -> Tensor:
    """Binary cross entropy plus one minus the soft Dice of the whole batch.

    The batch is pooled, so that empty slices have a gradient too. Dice as in Milletari et al. 2016, V-Net,
    eq. 1 (without the squares), smoothed by 1.

    `logits`: (N, 1, Y, X), float.
    `target`: (N, 1, Y, X), float in 0..1; NaN where unknown, which is ignored.
    """
    logits, target = _where_known(logits, target)
    if not target.numel():
        return logits.sum()
    probability = logits.sigmoid()
    overlap = (probability * target).sum()
    dice = (2 * overlap + 1) / (probability.sum() + target.sum() + 1)
    return binary_cross_entropy_with_logits(logits, target) + 1 - dice


def _where_known(output: Tensor, target: Tensor) -> tuple[Tensor, Tensor]:
    """The pixels to compare: all, unchanged, or, if some targets are NaN, the others with one axis."""
    known = ~target.isnan()
    return (output, target) if bool(known.all()) else (output[known], target[known])
