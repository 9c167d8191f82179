"""Cost of a division: the negative log-likelihood of its geometry, up to a constant."""

from __future__ import annotations

import numpy as np

from napari_devolearn.tracking.tracklets import Tracklet

_MIDDLE = 9.5  # cost per squared distance, in diameters, between the daughters' midpoint and their mother

APART, APART_COST = 0.95, 1.5
"""Expected distance of two daughters, in diameters, and cost per squared difference."""

MOVED, MOVED_COST = 1.2, 2.0
"""Both daughters move away from their mother: distance of the nearer one, in diameters, above which there is
no cost, and cost per squared shortfall."""

SHRUNK, SHRUNK_COST = 0.85, 2.5
"""Two daughters together are hardly larger than their mother, unlike a nucleus and a daughter of a neighbour:
log ratio of mother to daughters above which there is no cost, and cost per squared shortfall. These constants
are from a logistic regression on divisions, and on other pairs of nuclei that resemble one, in the positions
and sizes of five EPIC embryos. Similar values made little difference on two simulated embryos."""

_HISTORY = 8  # number of frames for the mother's usual volume

USUAL = 1.0
"""Minimum usual volume, relative to other nuclei, of a mother whose history begins with the movie: she may be
in mitosis since then, and hardly larger than a daughter."""

MISS, DIVISION = 2.5, -2.0
"""Costs of a frame with a missed nucleus (3 in 100 are missed), and of a division."""


def division_cost(
    mother: Tracklet, frame: int, one: tuple[Tracklet, int], other: tuple[Tracklet, int], diameter: float
) -> float:
    """Cost of a division of a mother, last seen in `frame`, into two tracklets, each in its first frame."""
    (first, at_first), (second, at_second) = one, other
    frames = at_second - frame
    index = frame - mother.begin
    place = mother.centers[index] + frames * mother.drifts[index]
    a, b = first.center(at_first), second.center(at_second)
    off = float(np.linalg.norm((a + b) / 2 - place)) / diameter
    apart = float(np.linalg.norm(a - b)) / diameter
    moved = min(float(np.linalg.norm(a - place)), float(np.linalg.norm(b - place))) / diameter
    usual = float(np.median(mother.volumes[max(index - _HISTORY, 0) : index + 1]))
    if mother.begin == 0 and index < _HISTORY:
        usual = max(usual, USUAL)
    together = first.volumes[at_first - first.begin] + second.volumes[at_second - second.begin]
    return float(
        DIVISION
        + MISS * (frames - 1)
        + _MIDDLE * off**2 / np.sqrt(frames)
        + APART_COST * (apart - APART - 0.1 * (frames - 1)) ** 2
        + MOVED_COST * max(MOVED - moved, 0.0) ** 2
        + SHRUNK_COST * max(float(np.log(together / usual)) + SHRUNK, 0.0) ** 2
    )
