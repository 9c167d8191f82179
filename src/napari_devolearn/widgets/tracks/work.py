"""Corrections in a worker thread: one at a time, on the tracks of the chosen labels."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from napari.layers import Labels
from napari.layers import Tracks as TracksLayer
from napari.viewer import Viewer
from qtpy.QtCore import Signal

from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.widgets.common.form.run_block import RunBlock, Task
from napari_devolearn.widgets.common.worker import Steps
from napari_devolearn.widgets.tracks.layers import tracks_of
from napari_devolearn.widgets.tracks.linking import FrameDone, ReadTracks, iter_read, movie_of
from napari_devolearn.widgets.tracks.state import TrackState


class CorrectWork(Task):
    """Work on labels and tracks of the viewer."""

    busy = Signal(bool)  # whether work is running

    def __init__(self, viewer: Viewer, run_block: RunBlock) -> None:
        super().__init__(run_block)
        self.state: TrackState | None = None  # of the labels that were corrected last
        self.outcome = ""  # outcome of the last work
        self._viewer = viewer
        self._show: Callable[[Any], str] = str
        self._next: Callable[[], None] | None = None
        self.failed.connect(lambda: self.busy.emit(False))

    def with_state(self, labels: Labels | None, then: Callable[[TrackState], None]) -> None:
        """Use the tracks of labels, which are read first if needed.

        `then` is called at once, or after reading, unless that is cancelled. Raises DevolearnError if there
        are no labels, or no tracks of these.
        """
        if self.running:
            return
        if labels is None:
            raise DevolearnError("no labels to correct; track a movie first")
        state = self.state
        if state is not None and state.labels == labels and state.layer in self._viewer.layers:
            then(state)
            return
        layer = tracks_of(labels, self._viewer.layers)
        if layer is None:
            raise DevolearnError(
                f"{labels.name}: no Tracks layer belongs to these labels; run Track first, or choose tracked "
                "labels"
            )
        show, frames = partial(self._take_read, labels, layer, then), len(movie_of(labels))
        steps = partial(iter_read, labels, layer)
        self.begin(steps, "Reading the tracks…", show, expected=frames, inputs=(labels, layer))

    def begin(
        self,
        steps: Steps,
        text: str,
        show: Callable[[Any], str],
        *,
        expected: int = 0,
        inputs: Sequence[Any] = (),
        can_cancel: bool = True,
    ) -> None:
        """Start work in the thread.

        `steps` yield FrameDone, None in between, and a result, which `show` gets on the main thread; it
        returns the outcome for the status. `expected` is the number of frames, if known.
        """
        self._show, self.outcome, self._next = show, "", None
        self.start(steps, text, expected, inputs)
        self.run_block.cancel.enabled = can_cancel
        self.busy.emit(True)

    def on_step(self, step: object) -> None:
        """Show the progress, and the result."""
        if isinstance(step, FrameDone):
            self.run_block.step()
        elif step is not None:
            self.outcome = self._show(step)

    def go_on(self) -> None:
        """Continue after reading the tracks, once the status shows how that ended."""
        self.busy.emit(False)
        following, self._next = self._next, None
        if following is not None:
            following()

    def _take_read(
        self, labels: Labels, layer: TracksLayer, then: Callable[[TrackState], None], read: ReadTracks
    ) -> str:
        state = TrackState(labels, layer, read)
        self.state, self._next = state, lambda: then(state)
        return ""
