"""The Centroids dock: where each labelled object is and how large, as points, as a table, as CSV."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QCheckBox, QFileDialog, QFormLayout, QHBoxLayout, QPushButton, QVBoxLayout

from napari_devolearn.io.tables.table import write_table
from napari_devolearn.widgets.centroids.measure import Measured, iter_measure, summary
from napari_devolearn.widgets.centroids.table import CentroidsTable
from napari_devolearn.widgets.centroids.view import CentroidsView
from napari_devolearn.widgets.common.layers_box import LabelsBox
from napari_devolearn.widgets.common.qt_dock import QtDock
from napari_devolearn.widgets.common.run_box import RunBox
from napari_devolearn.widgets.common.scope import frame_numbers, plane_in_view, shape_of
from napari_devolearn.widgets.common.task import Task
from napari_devolearn.widgets.common.worker import show_failure

if TYPE_CHECKING:
    from napari.layers import Labels
    from napari.utils.events import Event
    from napari.viewer import Viewer

STALE = "The labels have changed since; Measure again."


class CentroidsDock(QtDock):
    """Measure the objects of a labels layer; a click on a row goes to the object.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        napari passes it by this name.

    Attributes
    ----------
    view : CentroidsView or None
        What was measured last, and the layers that show it.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self._measuring: Labels | None = None
        self._measured: list[Measured] = []
        self.view: CentroidsView | None = None
        self.labels_box, self.run_box, self.table = LabelsBox(napari_viewer), RunBox(), CentroidsTable()
        self.task = Task(self.run_box, self)
        self.frame_box, self.save_button = QCheckBox("Only the frame in view"), QPushButton("Save CSV…")
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.run_box.run.setText("Measure")
        self.run_box.run.setToolTip("Find the centre and size of each object, in all frames.")
        self.run_box.cancel.setToolTip("Stop after the present frame; those that are measured are shown.")
        self.save_button.setToolTip("Save all rows and columns as a table.")
        self.save_button.setEnabled(False)
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Labels", self.labels_box)
        below = QHBoxLayout()
        below.addWidget(self.frame_box)
        below.addStretch()
        below.addWidget(self.save_button)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.run_box)
        layout.addWidget(self.table, 1)
        layout.addLayout(below)

    def _connect(self) -> None:
        self.run_box.run.clicked.connect(lambda: self.measure())
        self.run_box.cancel.clicked.connect(lambda: self.task.cancel("Cancelled: "))
        self.task.stepped.connect(self._on_step)
        self.task.ended.connect(self._finish)
        self.table.picked.connect(self._on_picked)
        self.frame_box.toggled.connect(self._on_dims)
        self.save_button.clicked.connect(self._ask_and_save)
        self._viewer.dims.events.point.connect(self._on_dims)
        self._viewer.layers.events.removed.connect(self._on_removed)

    @property
    def running(self) -> bool:
        """Whether it is measuring."""
        return self.task.running

    def measure(self, labels: Labels | None = None) -> None:
        """Measure a labels layer, by default the one chosen."""
        if labels is not None:
            self.labels_box.choose(labels)
        chosen = self.labels_box.labels
        if chosen is None:
            show_failure(ValueError("no labels to measure: segment an image, or open labels"))
        elif not self.running:
            self._measuring, self._measured = chosen, []
            self.task.start(partial(iter_measure, chosen), "Measuring…", shape_of(chosen)[0])

    def doubt(self, labels: Labels | None) -> None:
        """Say that the table is older than its labels, if they are these."""
        if self.view is not None and labels == self.view.labels:
            self.run_box.say(STALE)

    def save(self, path: Path) -> None:
        """Write the whole table.

        Parameters
        ----------
        path : Path
            Replaced if it is there.
        """
        if self.view is not None:
            try:
                rows = write_table(path, [self.view.table], overwrite=True)
            except OSError as error:
                show_failure(error)
            else:
                self.run_box.say(f"{path.name}: {rows} rows")

    def let_go(self) -> None:
        """Follow the viewer no longer; the points stay."""
        self._viewer.dims.events.point.disconnect(self._on_dims)
        self._viewer.layers.events.removed.disconnect(self._on_removed)
        self.labels_box.forget_viewer()
        self.task.stop()
        if self.view is not None:
            self.view.let_go()

    def _on_step(self, step: Measured) -> None:
        self._measured.append(step)
        self.run_box.step()

    def _finish(self, why: str) -> None:
        labels = self._measuring
        self.run_box.end(why + summary(self._measured))
        if labels is None or labels not in self._viewer.layers or not self._measured:
            return
        if self.view is not None:
            self.view.let_go()
        self.view = CentroidsView(self._viewer, labels, self._measured, shown=self.view)
        self.view.marked.connect(self.table.mark)
        self.view.edited.connect(lambda: self.run_box.say(STALE))
        self.table.show_table(self.view.table)
        self.save_button.setEnabled(True)
        self._on_dims()

    def _on_picked(self, row: int) -> None:
        if self.view is not None:
            self.view.go_to(row)

    def _on_dims(self) -> None:
        """Follow the time slider."""
        if self.view is not None and self.view.labels in self._viewer.layers:
            t, _ = plane_in_view(self._viewer, self.view.labels)
            number = frame_numbers(self.view.labels)[t]
            self.table.rows.show_frame(number if self.frame_box.isChecked() else None)

    def _on_removed(self, event: Event) -> None:
        if self.running and event.value == self._measuring:
            self.task.cancel("Stopped, since the labels layer was removed. ")

    def _ask_and_save(self) -> None:
        name = f"{self.view.labels.name} centroids.csv" if self.view is not None else ""
        path, _ = QFileDialog.getSaveFileName(self, "Save the table", name, "Table (*.csv)")
        if path:
            self.save(Path(path if path.lower().endswith(".csv") else f"{path}.csv"))
