"""What a person may choose about a segmentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, get_args

Output = Literal["instances", "mask"]


@dataclass(frozen=True, kw_only=True)
class SegmentParams:
    """Choices that turn a probability into labels; none of them needs a pass through the network.

    Parameters
    ----------
    threshold : float
        Probability from which on a pixel is foreground, above 0 and up to 1.
    min_diameter : float
        Objects smaller than a ball (in 2D a disc) of this diameter are dropped, in um.
    output : {"instances", "mask"}
        One label an object, or 1 for all of the foreground.
    """

    threshold: float = 0.5
    min_diameter: float = 2.0
    output: Output = "instances"

    def __post_init__(self) -> None:
        problems = [
            text
            for bad, text in (
                (not 0 < self.threshold <= 1, f"threshold {self.threshold} is not above 0 and up to 1"),
                (not 0 <= self.min_diameter < 1000, f"min_diameter {self.min_diameter} is not 0 to 1000 um"),
                (
                    self.output not in get_args(Output),
                    f"output {self.output!r} is none of {get_args(Output)}",
                ),
            )
            if bad
        ]
        if problems:
            raise ValueError("SegmentParams: " + "; ".join(problems))
