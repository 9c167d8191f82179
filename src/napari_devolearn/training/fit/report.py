"""Report on one epoch."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class EpochReport:
    """One row of a training curve.

    Parameters
    ----------
    epoch : int
        From 1; 0 for the initial weights, evaluated before any step.
    loss : float
        Mean over the epoch's steps; NaN for the initial weights.
    scores : dict of str to float
        Of the held-out images; the first selects the best epoch, and higher is better.
    learning_rate : float
        At the end of the epoch.
    seconds : float
    batch : int
        Number of images in a forward pass; smaller than requested after memory ran out.
    best : bool
        Whether no earlier epoch had a better first score.
    """

    epoch: int
    loss: float
    scores: dict[str, float]
    learning_rate: float
    seconds: float
    batch: int
    best: bool

    @property
    def score(self) -> float:
        """The first score, which selects the best epoch."""
        return next(iter(self.scores.values()))
