"""From counts of frames to curves, in the background and no more often than eyes can follow."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, QTimer, Signal

from napari_devolearn.lineage.populations import Populations, populations_from_table
from napari_devolearn.widgets.common.worker import Job, show_failure
from napari_devolearn.widgets.populations.run import Counted

if TYPE_CHECKING:
    from napari_devolearn.inference.counting.frame_counts import FrameCounts

_REST = 800
"""Milliseconds between two decodings at least."""

_PART = 3
"""How many times as long as the last decoding took; it takes little from the counting beside it."""


class Decoder(QObject):
    """Decodes the latest that it was given; what came between is skipped.

    Parameters
    ----------
    parent : QObject

    Attributes
    ----------
    decoded : Signal
        What was decoded and the curves (Counted, Populations).
    """

    decoded = Signal(object, object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._wanted: tuple[Counted, tuple[int, int]] | None = None
        self._job: Job | None = None
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._began = 0.0
        self._timer.timeout.connect(self._start)

    @property
    def busy(self) -> bool:
        """Whether curves are still to come."""
        return self._job is not None or self._wanted is not None

    def want(self, counted: Counted, ignore: tuple[int, int]) -> None:
        """Decode what was counted so far, without the first and last frames.

        Parameters
        ----------
        counted : Counted
        ignore : tuple of int
            How many frames to leave out at the movie's beginning and at its end.
        """
        self._wanted = counted, ignore
        if self._job is None and not self._timer.isActive():
            self._start()

    def stop(self) -> None:
        """Decode nothing more."""
        self._wanted = None
        self._timer.stop()
        job, self._job = self._job, None
        if job is not None:
            job.stop()

    def _start(self) -> None:
        if self._wanted is None or self._job is not None:
            return
        (counted, (first, last)), self._wanted = self._wanted, None
        self._began = perf_counter()
        frames = counted.frames[first : len(counted.source) - last]
        self._job = Job(partial(_iter_decoded, frames, counted.source.image.name), self)
        self._job.stepped.connect(partial(self._on_step, counted))
        self._job.failed.connect(show_failure)
        self._job.ended.connect(self._on_end)
        self._job.start()

    def _on_step(self, counted: Counted, populations: object) -> None:
        self.decoded.emit(counted, populations)

    def _on_end(self) -> None:
        self._job = None
        self._timer.start(max(_REST, int(1000 * _PART * (perf_counter() - self._began))))


def _iter_decoded(frames: Sequence[FrameCounts], name: str) -> Iterator[Populations]:
    from napari_devolearn.inference.counting.lineage_table import counts_table

    yield populations_from_table(counts_table(frames), name)
