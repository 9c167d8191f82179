"""The Track dock: labels of a movie to tracks with divisions."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QCheckBox, QDoubleSpinBox, QFormLayout, QSpinBox, QVBoxLayout

from napari_devolearn.tracking.params import LinkParams
from napari_devolearn.widgets.common.layers_box import LabelsBox
from napari_devolearn.widgets.common.qt_dock import QtDock
from napari_devolearn.widgets.common.run_box import RunBox
from napari_devolearn.widgets.common.task import Task
from napari_devolearn.widgets.common.worker import show_failure
from napari_devolearn.widgets.tracks.track_layers import add_track_layers
from napari_devolearn.widgets.tracks.track_run import (
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


class TrackDock(QtDock):
    """Link the objects of a labels layer over time.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        napari passes it by this name.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self._source: Labels | None = None
        self._outcome = ""
        self.labels_box, self.run_box = LabelsBox(napari_viewer), RunBox()
        self.task = Task(self.run_box, self)
        self.reach_box, self.gap_box, self.speck_box = QDoubleSpinBox(), QSpinBox(), QSpinBox()
        self.divisions_box, self.fill_box = QCheckBox("Find divisions"), QCheckBox("Draw what was missed")
        self._lay_out()
        self.run_box.run.clicked.connect(lambda: self.track())
        self.run_box.cancel.clicked.connect(lambda: self.task.cancel("Cancelled; nothing was changed."))
        self.task.stepped.connect(self._on_step)
        self.task.ended.connect(lambda how: self.run_box.end(how or self._outcome))
        napari_viewer.layers.events.removed.connect(self._on_removed)

    def _lay_out(self) -> None:
        default = LinkParams()
        self.labels_box.setToolTip("The labels of a movie; their numbers may change from frame to frame.")
        self.reach_box.setRange(0.1, 10)
        self.reach_box.setSingleStep(0.1)
        self.reach_box.setValue(default.reach)
        self.reach_box.setToolTip("How far an object may move from frame to frame, in its own diameters.")
        self.gap_box.setRange(0, 20)
        self.gap_box.setValue(default.max_gap)
        self.gap_box.setToolTip("Frames for which an object may be missed and still be the same.")
        self.speck_box.setRange(0, 20)
        self.speck_box.setValue(default.speck_frames)
        self.speck_box.setToolTip("What lasts no longer than this and comes from nowhere is dropped.")
        self.divisions_box.setChecked(default.divisions)
        self.divisions_box.setToolTip("Two tracks that begin beside a third one are its daughters.")
        self.fill_box.setChecked(default.fill_gaps)
        self.fill_box.setToolTip(
            "In a gap, draw the object where it must have been; cut a label that covers two in two."
        )
        self.run_box.run.setText("Track")
        self.run_box.run.setToolTip("Link the objects over time; the labels chosen stay as they are.")
        self.run_box.cancel.setToolTip("Stop after the present step; nothing is changed.")
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        for text, widget in (
            ("Labels", self.labels_box),
            ("Reach (diameters)", self.reach_box),
            ("Longest gap (frames)", self.gap_box),
            ("Specks up to (frames)", self.speck_box),
            ("", self.divisions_box),
            ("", self.fill_box),
        ):
            form.addRow(text, widget)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.run_box)
        layout.addStretch()

    @property
    def params(self) -> LinkParams:
        """What is chosen."""
        return LinkParams(
            reach=self.reach_box.value(),
            max_gap=self.gap_box.value(),
            divisions=self.divisions_box.isChecked(),
            fill_gaps=self.fill_box.isChecked(),
            speck_frames=self.speck_box.value(),
        )

    @property
    def running(self) -> bool:
        """Whether it is linking."""
        return self.task.running

    def track(self) -> None:
        """Link the labels chosen; an error that a person can mend is a notification."""
        labels = self.labels_box.labels
        if self.running:
            return
        try:
            if labels is None:
                raise ValueError("no labels to track: segment a movie, or open labels")
            frames = len(movie_of(labels))
        except ValueError as error:
            show_failure(error)
            return
        self._source, self._outcome = labels, ""
        self.task.start(partial(iter_track, labels, self.params), "Linking…", PASSES * frames)

    def let_go(self) -> None:
        """Follow the viewer no longer; the layers stay."""
        self._viewer.layers.events.removed.disconnect(self._on_removed)
        self.labels_box.forget_viewer()
        self.task.stop()

    def _on_step(self, step: FrameDone | StillLinking | LinkedLayer) -> None:
        if isinstance(step, FrameDone):
            self.run_box.step()
        if not isinstance(step, LinkedLayer):
            return
        if self._source is not None:
            add_track_layers(self._viewer, self._source, step)
        tracks = step.tracks
        self._outcome = f"{len(tracks.rows)} tracks, {len(tracks.divisions())} divisions."

    def _on_removed(self, event: Event) -> None:
        if self.running and event.value == self._source:
            self.task.cancel("Stopped, since the labels layer was removed.")
