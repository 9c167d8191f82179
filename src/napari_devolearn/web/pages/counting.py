"""Count the founder lineages of one visitor's movie, frame by frame."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from napari_devolearn.inference.counting.lineage import LineageModel
from napari_devolearn.inference.counting.lineage_table import FrameCounts, counts_table
from napari_devolearn.inference.counting.projections import as_projections
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.lineage.populations import Populations, populations_from_table
from napari_devolearn.web.server.work import Task

_DECODE_EVERY = 20  # frames


class Counting(Task):
    """Counts lineages; volumes are projected.

    `populations`: counts of completed frames; decoded together at intervals and at the end.
    """

    def __init__(self, stack: Stack, model: LineageModel, on_change: Callable[[], None]) -> None:
        super().__init__(on_change)
        self.stack = stack
        self.populations: Populations | None = None
        self._frames: list[FrameCounts] = []
        self._projections, self._model = as_projections(stack), model

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
