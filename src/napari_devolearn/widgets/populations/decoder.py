"""Decode counts to curves in the background, at a limited rate."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, QTimer, Signal

from napari_devolearn.lineage.populations import Populations, populations_from_table
from napari_devolearn.widgets.common.worker import Job, show_failure
from napari_devolearn.widgets.populations.runner import Counted

if TYPE_CHECKING:
    from napari_devolearn.inference.counting.frame_counts import FrameCounts

_REST = 800
"""Minimum milliseconds between two decodings."""

_PART = 3
"""Pause between decodings, relative to the duration of the last one, to slow counting only a little."""


class Decoder(QObject):
    """Decode the latest counts; those in between are skipped."""

    decoded = Signal(object, object)  # the decoded counts and the curves (Counted, Populations)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._requested: tuple[Counted, tuple[int, int]] | None = None
        self._job = Job(self)
        self._job.stepped.connect(lambda populations: self.decoded.emit(self._counted, populations))
        self._job.failed.connect(show_failure)
        self._job.failed.connect(self._on_end)
        self._job.ended.connect(self._on_end)
        self._timer = QTimer(self)
        self._timer.setSingleShot(True)
        self._timer.timeout.connect(self._start)
        self._counted: Counted | None = None
        self._began = 0.0

    @property
    def busy(self) -> bool:
        """Whether curves are still to come."""
        return self._job.running or self._requested is not None

    def decode(self, counted: Counted, ignore: tuple[int, int]) -> None:
        """Decode the counts so far, without the first and last frames given by `view`."""
        self._requested = counted, ignore
        if not self._job.running and not self._timer.isActive():
            self._start()

    def stop(self) -> None:
        """Stop decoding."""
        self._requested = None
        self._timer.stop()
        self._job.stop()

    def _start(self) -> None:
        if self._requested is None or self._job.running:
            return
        (counted, (first, last)), self._requested = self._requested, None
        self._counted, self._began = counted, perf_counter()
        frames = counted.frames[first : len(counted.source) - last]
        self._job.start(partial(_iter_decoded, frames, counted.source.image.name))

    def _on_end(self, *_: object) -> None:
        self._timer.start(max(_REST, int(1000 * _PART * (perf_counter() - self._began))))


def _iter_decoded(frames: Sequence[FrameCounts], name: str) -> Iterator[Populations]:
    from napari_devolearn.inference.counting.lineage_table import counts_table

    yield populations_from_table(counts_table(frames), name)
