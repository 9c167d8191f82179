"""What one epoch cost and gave."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class EpochReport:
    """One row of a training's curve.

    Parameters
    ----------
    epoch : int
        From 1; 0 for the initial weights, measured before any step.
    loss : float
        Mean over the epoch's steps; NaN for the initial weights.
    scores : dict of str to float
        Of the held-out images; the first decides which epoch is the best, and higher is better.
    learning_rate : float
        At the end of the epoch.
    seconds : float
    batch : int
        Images that went through the network at once: fewer than asked for once memory ran out.
    best : bool
        Whether no epoch before had a better first score.
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
        """The first score, the one that decides."""
        return next(iter(self.scores.values()))
