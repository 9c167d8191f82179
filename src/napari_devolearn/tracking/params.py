"""LinkParams: how to link, checked once."""

from __future__ import annotations

import math
from dataclasses import dataclass

from napari_devolearn.exceptions import ParameterError


@dataclass(frozen=True, kw_only=True)
class LinkParams:
    """How objects are linked over time. Lengths are in diameters of the objects themselves.

    Parameters
    ----------
    reach : float
        How far an object may move from one frame to the next.
    max_gap : int
        Frames for which an object may be missed and still be the same; 0 bridges no gap.
    divisions : bool
        Look for divisions.
    fill_gaps : bool
        Draw an object where it was missed in a gap, and cut a label in two that covers two objects.
    speck_frames : int
        Tracks of at most so many frames are dropped as specks, unless what is before or after explains
        them; 0 keeps every object.

    Raises
    ------
    ValueError
        If a value cannot be meant; the message names every problem.
    """

    reach: float = 1.1
    max_gap: int = 3
    divisions: bool = True
    fill_gaps: bool = True
    speck_frames: int = 3

    def __post_init__(self) -> None:
        checks = (
            (not 0 < self.reach < math.inf, f"reach {self.reach} is not above 0"),
            (self.max_gap < 0, f"max_gap {self.max_gap} is below 0"),
            (self.speck_frames < 0, f"speck_frames {self.speck_frames} is below 0"),
        )
        if problems := [text for bad, text in checks if bad]:
            raise ParameterError("linking: " + "; ".join(problems))
