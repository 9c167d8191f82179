"""FrameCounts: what a lineage model counted in one frame."""

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
        Cells of each founder lineage, in the order of ``FOUNDERS``, not rounded; zeros where nothing
        stands out.
    trusted : bool
        Whether the frame shows an embryo such as the network knows.
    """

    frame: int
    counts: npt.NDArray[np.float64]
    trusted: bool
