"""The Centroids dock: position, size and intensity of each labelled object."""

from __future__ import annotations

from functools import partial
from typing import Any

from magicgui.widgets import CheckBox, PushButton
from napari.layers import Image, Labels
from napari.viewer import Viewer

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.tables.table import write_table
from napari_devolearn.widgets.centroids.measure import TITLES, iter_measure, shown_columns, summary
from napari_devolearn.widgets.centroids.view import CentroidsView
from napari_devolearn.widgets.common.form.dock import Dock
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.layout import row_of
from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.layers import frame_numbers, pixels_under, shape_of
from napari_devolearn.widgets.common.rows_table import RowsTable
from napari_devolearn.widgets.common.save_dialog import ask_and_save
from napari_devolearn.widgets.common.view import plane_in_view

STALE = "The labels have changed; press Measure again."


class CentroidsDock(Dock):
    """Measure the objects of a labels layer; a click on a row goes to the object."""

    def __init__(self, napari_viewer: Viewer) -> None:
        run_block = RunBlock(
            "Measure",
            tooltip="Find centre, size and intensity of each object, in all frames.",
            cancel="Stop after the current frame; measured frames are shown.",
        )
        super().__init__(napari_viewer, run_block)
        self.view: CentroidsView | None = None  # the last measurement, and the layers that show it
        self.source = LayerChoice(
            napari_viewer, Labels, "Labels", "The labels to measure: one label per object."
        )
        self.image = LayerChoice(
            napari_viewer,
            Image,
            "Intensity",
            "The image in which to measure the mean intensity of each object.",
            fits=lambda one: not one.rgb,
            none="not measured",
        )
        self.table = RowsTable(TITLES)
        self.frame_box = CheckBox(text="Current frame only", tooltip="List the objects of this frame.")
        self.save_button = PushButton(
            text="Save CSV…", tooltip="Save all rows and columns as a table.", enabled=False
        )
        below = row_of(self.frame_box, self.save_button)
        self.lay_out(what=[self.source], with_what=[self.image], result=[self.table, below])
        self.table.picked.connect(self._on_picked)
        self.frame_box.changed.connect(self._on_dims)
        self.save_button.changed.connect(self._save)
        self.clear_status_on(self.source, self.image)
        self.follow(napari_viewer.dims.events.point, self._on_dims)
        self.follow(napari_viewer.layers.events.removed, self._drop_rows)

    def check(self) -> None:
        """Labels are needed, and if an image is chosen, their image."""
        labels, image = self.source.layer, self.image.layer
        if labels is None:
            raise ImageFormatError("No labels to measure; segment an image, or open labels.")
        if image is not None:
            pixels_under(labels, image)

    def run(self) -> None:
        """Measure the chosen labels."""
        if not self.missing() and not self.running:
            steps = partial(iter_measure, self.source.layer, self.image.layer)
            self.start(steps, "Measuring…", shape_of(self.source.layer)[0])

    def measure(self, labels: Labels) -> None:
        """Measure a labels layer."""
        self.source.choose(labels)
        self.run()

    def mark_stale(self, labels: Labels | None) -> None:
        """Mark the table as older than these labels, if it is of them."""
        if self.view is not None and labels == self.view.labels:
            self.run_block.show_status(STALE)

    def finish(self) -> str:
        """Show all measured frames."""
        labels = self.inputs[0]
        if labels in self._viewer.layers and self.completed:
            if self.view is not None:
                self.view.release()
            self.view = CentroidsView(self._viewer, labels, self.completed, shown=self.view)
            self.view.marked.connect(self.table.mark)
            self.view.edited.connect(lambda: self.run_block.show_status(STALE))
            self.table.rows.set_table(self.view.table, shown_columns(self.view.table))
            self.save_button.enabled = True
            self._on_dims()
        return summary(self.completed)

    def release(self) -> None:
        """Stop measuring; the points are kept."""
        super().release()
        if self.view is not None:
            self.view.release()

    def _on_picked(self, row: int) -> None:
        if self.view is not None:
            self.view.go_to(row)

    def _on_dims(self, *_: Any) -> None:
        """Follow the time slider."""
        if self.view is not None:
            t, _z = plane_in_view(self._viewer, self.view.labels)
            number = frame_numbers(self.view.labels)[t]
            self.table.rows.show_frame(number if self.frame_box.value else None)

    def _drop_rows(self, event: Any) -> None:
        """Remove the rows of labels that were removed; their points are kept as a separate layer."""
        if self.view is not None and event.value == self.view.labels:
            self.view.release()
            self.table.rows.set_table(self.view.table.iloc[:0], shown_columns(self.view.table))
            self.view, self.save_button.enabled = None, False
            self.run_block.clear()

    def _save(self) -> None:
        if self.view is not None:
            write = partial(write_table, tables=[self.view.table], overwrite=True)
            ask_and_save(self.run_block, "Save the table", f"{self.view.labels.name} centroids.csv", write)
