"""LinkParams: validated parameters of linking."""

from __future__ import annotations

import math
from dataclasses import dataclass

from napari_devolearn.exceptions import refuse


@dataclass(frozen=True, kw_only=True)
class LinkParams:
    """Parameters of linking objects over time. Lengths are in diameters of the objects.

    Parameters
    ----------
    max_distance : float
        Largest movement of an object between frames, in its own diameters.
    max_gap : int
        Frames for which an object may be missing and still keep its track; 0 bridges no gap.
    divisions : bool
        Find divisions: two tracks that begin next to the end of a third are its daughters.
    fill_gaps : bool
        Draw an object in the frames in which it is missing, and split a label that covers two objects.
    min_track_length : int
        Tracks of fewer frames are removed, unless a track before or after them explains them; 1 keeps
        every object.

    Raises
    ------
    ParameterError
        If a value is out of range; the message lists every problem.
    """

    max_distance: float = 1.1
    max_gap: int = 3
    divisions: bool = True
    fill_gaps: bool = True
    min_track_length: int = 4

    def __post_init__(self) -> None:
        checks = (
            (not 0 < self.max_distance < math.inf, f"max_distance {self.max_distance} is not above 0"),
            (self.max_gap < 0, f"max_gap {self.max_gap} is below 0"),
            (self.min_track_length < 1, f"min_track_length {self.min_track_length} is below 1"),
        )
        refuse("linking", checks)
