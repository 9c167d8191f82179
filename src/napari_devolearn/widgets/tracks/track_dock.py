"""The Track dock: labels of a movie to tracks with divisions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.widgets.common.form.dock import Dock
from napari_devolearn.widgets.common.form.fields import Fields
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.task import Task
from napari_devolearn.widgets.tracks.layers import add_track_layers
from napari_devolearn.widgets.tracks.linking import (
    PASSES,
    FrameDone,
    LinkedLayer,
    StillLinking,
    iter_track,
    movie_of,
)

if TYPE_CHECKING:
    from napari.layers import Labels
    from napari.utils.events import Event
    from napari.viewer import Viewer

_FIELDS: dict[str, dict[str, Any]] = {
    "max_distance": {
        "label": "Maximum distance",
        "suffix": " diameters",
        "min": 0.1,
        "max": 10.0,
        "step": 0.1,
    },
    "max_gap": {"label": "Longest gap", "suffix": " frames", "max": 20},
    "min_track_length": {"label": "Minimum length", "suffix": " frames", "min": 1, "max": 50},
    "divisions": {"label": "Find divisions"},
    "fill_gaps": {"label": "Fill gaps"},
}


class TrackDock(Dock):
    """Link the objects of a labels layer over time.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        napari passes it by this name.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        from napari.layers import Labels

        super().__init__(napari_viewer)
        self._source: Labels | None = None
        self._outcome = ""
        self.labels_choice = LayerChoice(
            napari_viewer,
            Labels,
            label="Labels",
            tooltip="The labels of a movie; an object may have another label in each frame.",
        )
        self.fields = Fields(LinkParams, _FIELDS)
        self.run_block = RunBlock(
            "Track",
            tooltip="Link the objects over time, as new layers; the labels chosen stay unchanged.",
            cancel="Stop after the present step; nothing is changed.",
        )
        self.task = Task(self.run_block, self.native)
        self.run_block.run.changed.connect(lambda _: self.track())
        self.run_block.cancel.changed.connect(lambda _: self.task.cancel("Cancelled; nothing was changed."))
        self.task.stepped.connect(self._on_step)
        self.task.ended.connect(lambda how: self.run_block.end(how or self._outcome))
        napari_viewer.layers.events.removed.connect(self._on_removed)
        self.lay_out(
            what=[self.labels_choice],
            how=self.fields.some("max_distance", "divisions"),
            advanced=self.fields.some("max_gap", "min_track_length", "fill_gaps"),
            restores=self.fields,
        )
        self.clear_status_on(self.labels_choice, self.fields)

    @property
    def running(self) -> bool:
        """Whether it is linking."""
        return self.task.running

    def missing(self) -> str:
        """What must be opened first."""
        return "" if self.labels_choice.layers else "No labels to track: segment a movie, or open labels."

    def track(self) -> None:
        """Link the labels chosen; an error is shown in the status."""
        if self.running:
            return
        self.labels_choice.settle()
        labels = self.labels_choice.layer
        try:
            frames = len(movie_of(labels))
        except ValueError as error:
            self.run_block.fail(error)
            return
        self._source, self._outcome = labels, ""
        self.task.start(partial(iter_track, labels, self.fields.params), "Linking…", PASSES * frames)

    def let_go(self) -> None:
        """Stop, and follow the viewer no longer; the layers stay."""
        self._viewer.layers.events.removed.disconnect(self._on_removed)
        self.task.stop()

    def _on_step(self, step: FrameDone | StillLinking | LinkedLayer) -> None:
        if isinstance(step, FrameDone):
            self.run_block.step()
        if isinstance(step, LinkedLayer) and self._source is not None:
            add_track_layers(self._viewer, self._source, step)
            tracks = step.tracks
            self._outcome = f"{len(tracks.rows)} tracks, {len(tracks.divisions())} divisions."

    def _on_removed(self, event: Event) -> None:
        if self.running and event.value == self._source:
            self.task.cancel("Stopped: the labels layer was removed.")
