"""The Track dock: labels of a movie to tracks with divisions."""

from __future__ import annotations

from functools import partial
from typing import Any

from napari.layers import Labels
from napari.viewer import Viewer

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.widgets.common.form.dock import Dock
from napari_devolearn.widgets.common.form.fields import Fields
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.run_block import RunBlock, counted
from napari_devolearn.widgets.tracks.layers import add_track_layers
from napari_devolearn.widgets.tracks.linking import PASSES, FrameDone, LinkedLayer, iter_track, movie_of

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
    """Link the objects of a labels layer over time."""

    cancelled = "Cancelled; nothing was changed."

    def __init__(self, napari_viewer: Viewer) -> None:
        run_block = RunBlock(
            "Track",
            tooltip="Link the objects over time, as new layers; the chosen labels are not changed.",
            cancel="Stop after the current step; nothing is changed.",
        )
        super().__init__(napari_viewer, run_block)
        self.labels_choice = LayerChoice(
            napari_viewer,
            Labels,
            "Labels",
            "The labels of a movie; objects may have different labels in each frame.",
        )
        self.fields = Fields(LinkParams, _FIELDS)
        self.lay_out(
            what=[self.labels_choice],
            how=self.fields.some("max_distance", "divisions"),
            advanced=self.fields.some("max_gap", "min_track_length", "fill_gaps"),
            restores=self.fields,
        )
        self.clear_status_on(self.labels_choice, self.fields)

    def check(self) -> None:
        """Labels are needed."""
        if not self.labels_choice.layers:
            raise ImageFormatError("No labels to track; segment a movie, or open labels.")

    def run(self) -> None:
        """Link the chosen labels; an error is shown in the status."""
        labels = self.labels_choice.layer
        if self.running or labels is None:
            return
        try:
            frames = len(movie_of(labels))
        except ValueError as error:
            self.run_block.fail(error)
            return
        self.start(partial(iter_track, labels, self.fields.params), "Linking…", PASSES * frames)

    def on_step(self, step: FrameDone | LinkedLayer | None) -> None:
        """Show the progress of linking, and the tracks."""
        if isinstance(step, FrameDone):
            self.run_block.step()
        elif step is not None:
            add_track_layers(self._viewer, self.inputs[0], step)
            divisions = counted(len(step.tracks.divisions()), "division")
            self.outcome = f"{counted(len(step.tracks.rows), 'track')}, {divisions}."
