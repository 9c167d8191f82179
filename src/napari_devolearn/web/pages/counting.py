"""Count the founder lineages of one visitor's movie, frame by frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from napari_devolearn.inference.counting.lineage_table import counts_table
from napari_devolearn.inference.counting.projections import as_projections
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.lineage.populations import Populations, populations_from_table

if TYPE_CHECKING:
    from napari_devolearn.inference.counting.frame_counts import FrameCounts
    from napari_devolearn.inference.counting.lineage import LineageModel

_DECODE_EVERY = 20  # frames


class Counting:
    """A task of the work queue that counts lineages.

    Parameters
    ----------
    stack : Stack
        Volumes are projected.
    model : LineageModel
    on_change : callable
        Called from the worker's thread after each step.

    Attributes
    ----------
    populations : Populations or None
        Counts of completed frames; decoded together at intervals and at the end.
    error : str
        The error that stopped it, else empty.
    """

    def __init__(self, stack: Stack, model: LineageModel, on_change: Callable[[], None]) -> None:
        self.stack = stack
        self.populations: Populations | None = None
        self.error = ""
        self._frames: list[FrameCounts] = []
        self._projections, self._model = as_projections(stack), model
        self._on_change = on_change

    @property
    def frames_done(self) -> int:
        """Number of counted frames."""
        return len(self._frames)

    @property
    def finished(self) -> bool:
        """Whether all frames are counted and decoded."""
        return self.populations is not None and len(self.populations) == self.stack.shape[0]

    def retime(self, minutes: float | None) -> None:
        """Change the frame interval in minutes; None if unknown."""
        self.stack = replace(self.stack, frame_interval=minutes)
        if self.populations is not None:
            self.populations = replace(self.populations, minutes=minutes)

    def step(self) -> bool:
        """Count a frame; returns whether frames remain."""
        if len(self._frames) < len(self._projections):
            self._frames.append(self._model.count_frame(self._projections, len(self._frames)))
        done = len(self._frames)
        if done % _DECODE_EVERY == 0 or done == self.stack.shape[0]:
            self.populations = populations_from_table(
                counts_table(self._frames), self.stack.name, minutes=self.stack.frame_interval
            )
        self._on_change()
        return not self.finished

    def fail(self, error: Exception) -> None:
        """Stop with a message for the visitor."""
        self.error = " ".join(str(error).split()) or type(error).__name__
        self._on_change()
