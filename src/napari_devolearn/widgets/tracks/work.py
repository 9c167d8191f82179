"""Corrections in a worker thread: one at a time, on the tracks of the labels chosen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.task import Task
from napari_devolearn.widgets.tracks.layers import tracks_of
from napari_devolearn.widgets.tracks.linking import FrameDone, StillLinking, movie_of
from napari_devolearn.widgets.tracks.read import ReadTracks, iter_read
from napari_devolearn.widgets.tracks.state import TrackState

if TYPE_CHECKING:
    from napari.layers import Labels
    from napari.layers import Tracks as TracksLayer
    from napari.utils.events import Event
    from napari.viewer import Viewer


class CorrectWork(QObject):
    """Work on labels and tracks in view.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
    run_block : RunBlock
        Shows progress; its Cancel stops what can be stopped.
    parent : QObject

    Attributes
    ----------
    state : TrackState or None
        Of the labels that were corrected last.
    busy : Signal
        Whether something is going on (bool).
    """

    busy = Signal(bool)

    def __init__(self, viewer: Viewer, run_block: RunBlock, parent: QObject) -> None:
        super().__init__(parent)
        self.state: TrackState | None = None
        self._viewer, self._run_block = viewer, run_block
        self._task = Task(run_block, self)
        self._take: Callable[[object], str] = str
        self._outcome = ""
        self._next: Callable[[], None] | None = None
        self._source: tuple[object, ...] = ()
        run_block.cancel.changed.connect(lambda _: self._task.cancel("Cancelled; nothing was changed."))
        self._task.stepped.connect(self._on_step)
        self._task.ended.connect(self._on_end)
        self._task.failed.connect(lambda: self.busy.emit(False))
        viewer.layers.events.removed.connect(self._on_removed)

    @property
    def running(self) -> bool:
        """Whether something is going on."""
        return self._task.running

    def with_state(self, labels: Labels | None, then: Callable[[TrackState], None]) -> None:
        """Do something with the tracks of labels, which are read before where that was not done yet.

        Parameters
        ----------
        labels : napari.layers.Labels or None
        then : callable
            Called at once, or when they are read; not at all if that is cancelled.

        Raises
        ------
        DevolearnError
            If there are no labels, or no tracks of these.
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
                f"{labels.name}: no Tracks layer lies on these labels; run Track first, or choose labels "
                "that were tracked"
            )
        take = partial(self._take_read, labels, layer, then)
        frames = len(movie_of(labels))
        self.start(partial(iter_read, labels, layer), "Reading the tracks…", take, expected=frames)
        self._source = labels, layer

    def start(
        self,
        steps: Callable[[], Iterator[object]],
        text: str,
        take: Callable[[object], str],
        *,
        expected: int = 0,
        can_cancel: bool = True,
    ) -> None:
        """Begin something.

        Parameters
        ----------
        steps : callable
            As `Job` takes it; yields FrameDone and StillLinking, and what it made.
        text : str
            What is going on, for people.
        take : callable
            Gets what was made, on the main thread; gives what is to be told.
        expected : int
            How many frames there are, where that is known.
        can_cancel : bool
        """
        self._take, self._outcome, self._next, self._source = take, "", None, ()
        self._task.start(steps, text, expected)
        self._run_block.cancel.enabled = can_cancel
        self.busy.emit(True)

    def stop(self) -> None:
        """Leave it without a word, and follow the viewer no longer."""
        self._viewer.layers.events.removed.disconnect(self._on_removed)
        self._task.stop()

    def _take_read(
        self, labels: Labels, layer: TracksLayer, then: Callable[[TrackState], None], read: object
    ) -> str:
        if isinstance(read, ReadTracks):
            state = TrackState(labels, layer, read)
            self.state, self._next = state, lambda: then(state)
        return ""

    def _on_step(self, step: object) -> None:
        if isinstance(step, FrameDone):
            self._run_block.step()
        elif not isinstance(step, StillLinking):
            self._outcome = self._take(step)

    def _on_end(self, how: str) -> None:
        self._run_block.end(how or self._outcome)
        self.busy.emit(False)
        following, self._next = self._next, None
        if following is not None:
            following()

    def _on_removed(self, event: Event) -> None:
        if self.running and any(event.value == layer for layer in self._source):
            self._task.cancel("Stopped, since the layer was removed.")
