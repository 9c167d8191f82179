"""FrameCounts: counts of the founder lineages in one frame."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt


class FrameCounts(NamedTuple):
    """Counts of one frame.

    Parameters
    ----------
    frame : int
        From 0.
    counts : ndarray, (7,), float64
        Cells of each founder lineage, in the order of ``FOUNDERS``, not rounded; zeros if no embryo was
        found.
    trusted : bool
        Whether the predictions for the mirrored views agree.
    """

    frame: int
    counts: npt.NDArray[np.float64]
    trusted: bool
