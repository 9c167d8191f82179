"""Report on one epoch."""

from __future__ import annotations

from dataclasses import dataclass

ENOUGH = 0.97
"""Value of ``kept`` from which a fine-tuned model is taken to be as good as before on the old images."""


@dataclass(frozen=True, kw_only=True)
class EpochReport:
    """One row of a training curve.

    `epoch`: from 1; 0 for the initial weights, evaluated before any step.
    `loss`: mean over the epoch's steps; NaN for the initial weights.
    `scores`: of the held-out images; the first selects the best epoch, and higher is better. ``kept`` of a
    fine-tuning is the IoU of its masks of simulated images with those of the initial weights.
    `learning_rate, seconds`: at the end of the epoch, and its duration.
    `batch`: number of images in a forward pass; smaller than requested after memory ran out.
    `best`: whether no earlier epoch had a better `merit`.
    `share`: of the way from the initial weights to those of the best epoch; below 1 for a mixture of both.
    """

    epoch: int
    loss: float
    scores: dict[str, float]
    learning_rate: float
    seconds: float
    batch: int
    best: bool = False
    share: float = 1.0

    @property
    def score(self) -> float:
        """The first score."""
        return next(iter(self.scores.values()))

    @property
    def merit(self) -> float:
        """Selects the best epoch: the first score, reduced where ``kept`` is below `ENOUGH`."""
        return self.score * min(1.0, self.scores.get("kept", 1.0) / ENOUGH) ** 2
