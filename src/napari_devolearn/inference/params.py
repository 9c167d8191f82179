"""Parameters of a segmentation."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, Literal, get_args

from napari_devolearn.exceptions import ParameterError, refuse

Output = Literal["instances", "mask", "membrane"]

_OF_TASK: dict[str, tuple[Output, ...]] = {
    "nucleus": ("instances", "mask"),
    "membrane": ("instances", "mask", "membrane"),
    "neuron": ("instances", "mask"),
    "embryo": ("instances", "mask"),
}

_NO_LABELS = (
    "a {task} model counts cells in a movie and draws no labels: use 'napari-devolearn lineage MOVIE -o "
    "counts.csv', or nd.populations(movie) in Python; nucleus and membrane models segment"
)


def outputs_for(task: str) -> tuple[Output, ...]:
    """Outputs available for a task, the default first; empty for a task without labels."""
    return _OF_TASK.get(task, ())


@dataclass(frozen=True, kw_only=True)
class SegmentParams:
    """How probabilities become labels; changing these needs no new forward pass.

    Parameters
    ----------
    threshold : float
        Lowest probability of the foreground, above 0 and up to 1.
    min_diameter : float
        Objects smaller than a ball (in 2D a disc) of this diameter are removed, in um.
    output : {"instances", "mask", "membrane"}
        One label per object, 1 for all of the foreground, or 1 for the membranes around cells.
    """

    threshold: float = 0.5
    min_diameter: float = 2.0
    output: Output = "instances"

    def __post_init__(self) -> None:
        checks = (
            (not 0 < self.threshold <= 1, f"threshold {self.threshold} is not above 0 and up to 1"),
            (not 0 <= self.min_diameter < 1000, f"min_diameter {self.min_diameter} is not 0 to 1000 um"),
            (self.output not in get_args(Output), f"output {self.output!r} is none of {get_args(Output)}"),
        )
        refuse("SegmentParams", checks)

    def check_task(self, task: str) -> None:
        """Raise ParameterError if a model of this task cannot give the output."""
        given = outputs_for(task)
        if not given:
            raise ParameterError(_NO_LABELS.format(task=task))
        if self.output not in given:
            raise ParameterError(
                f"output {self.output!r}: a {task} model gives {' and '.join(given)}; "
                "choose another output or model"
            )


def with_fields(params: SegmentParams | None, **fields: Any) -> SegmentParams:
    """Parameters, by default the default ones, with those fields replaced that are not None."""
    given = {name: value for name, value in fields.items() if value is not None}
    return replace(params or SegmentParams(), **given)
