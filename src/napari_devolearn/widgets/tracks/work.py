"""A dock that works on the tracks of the chosen labels, one thing at a time."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from magicgui.widgets import Widget
from napari.layers import Labels, Layer
from napari.layers import Tracks as TracksLayer
from napari.viewer import Viewer

from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.widgets.common.form.dock import Dock
from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.worker import Steps
from napari_devolearn.widgets.tracks.layers import TrackedChoice, tracks_of
from napari_devolearn.widgets.tracks.linking import FrameDone, ReadTracks, iter_read, movie_of
from napari_devolearn.widgets.tracks.state import TrackState


class TracksDock(Dock):
    """Reads the tracks of the chosen labels before the first work on them."""

    def __init__(self, viewer: Viewer, run_block: RunBlock) -> None:
        super().__init__(viewer, run_block)
        self.state: TrackState | None = None  # of the labels that were corrected last
        self.labels_choice = TrackedChoice(viewer)
        self.locked: list[Widget] = [self.labels_choice]  # controls that are disabled during work
        self._show: Callable[[Any], str] = str
        self._next: Callable[[], object] | None = None

    def attempt(self, act: Callable[[], object]) -> None:
        """Do something with the chosen labels, which stay chosen; an error is shown in the status."""
        self.labels_choice.settle()
        try:
            act()
        except DevolearnError as error:
            self.run_block.fail(error)

    def with_state(self, then: Callable[[TrackState], None]) -> None:
        """Use the tracks of the chosen labels, which are read first if needed.

        `then` is called at once, or after reading, unless that is cancelled. Raises DevolearnError if there
        are no labels, or no tracks of these.
        """
        labels, state = self.labels_choice.layer, self.state
        if self.running:
            return
        if labels is None:
            raise DevolearnError("no labels to correct; track a movie first")
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
        inputs: Sequence[Layer] = (),
        can_cancel: bool = True,
    ) -> None:
        """Start work in the thread.

        `steps` yield FrameDone, None in between, and a result, which `show` gets on the main thread; it
        returns the outcome for the status. `expected` is the number of frames, if known.
        """
        self._show, self._next = show, None
        self.start(steps, text, expected, inputs)
        self.run_block.cancel.enabled = can_cancel
        self._lock(True)

    def on_step(self, step: object) -> None:
        """Show the progress, and the result."""
        if isinstance(step, FrameDone):
            self.run_block.step()
        elif step is not None:
            self.outcome = self._show(step)

    def end(self, why: str) -> None:
        """Continue after reading the tracks, once the status shows how that ended."""
        super().end(why)
        following, self._next = self._next, None
        if following is not None:
            self.attempt(following)

    def over(self) -> None:
        """Enable the controls again."""
        self._lock(False)

    def _lock(self, locked: bool) -> None:
        for control in self.locked:
            control.enabled = not locked

    def _take_read(
        self, labels: Labels, layer: TracksLayer, then: Callable[[TrackState], None], read: ReadTracks
    ) -> str:
        self.state = state = TrackState(labels, layer, read)
        self._next = partial(then, state)
        return ""
