"""The Centroids dock: where each labelled object is, how large and how bright."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from magicgui.widgets import CheckBox, PushButton

from napari_devolearn.io.tables.table import write_table
from napari_devolearn.widgets.centroids.measure import TITLES, Measured, iter_measure, shown_columns, summary
from napari_devolearn.widgets.centroids.view import CentroidsView
from napari_devolearn.widgets.common.form.dock import Dock
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.layout import row_of
from napari_devolearn.widgets.common.form.run_block import RunBlock, whole
from napari_devolearn.widgets.common.rows_table import RowsTable
from napari_devolearn.widgets.common.save_dialog import ask_path
from napari_devolearn.widgets.common.scope import frame_numbers, grid_of, plane_in_view, shape_of
from napari_devolearn.widgets.common.task import Task
from napari_devolearn.widgets.segment.result_layer import is_probability

if TYPE_CHECKING:
    from napari.layers import Labels
    from napari.viewer import Viewer

STALE = "The labels have changed since; Measure again."


class CentroidsDock(Dock):
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
        from napari.layers import Image, Labels

        super().__init__(napari_viewer)
        self._measuring: Labels | None = None
        self._measured: list[Measured] = []
        self.view: CentroidsView | None = None
        self.source = LayerChoice(
            napari_viewer, Labels, label="Labels", tooltip="The labels to measure: one number per object."
        )
        self.image = LayerChoice(
            napari_viewer,
            Image,
            label="Intensity",
            tooltip="The image in which to take the mean intensity of each object.",
            fits=lambda one: not one.rgb and not is_probability(one),
            none="not measured",
        )
        self.run_block = RunBlock(
            "Measure",
            tooltip="Find centre, size and intensity of each object, in all frames.",
            cancel="Stop after the present frame; those that are measured are shown.",
        )
        self.task = Task(self.run_block, self.native)
        self.table = RowsTable(TITLES)
        self.frame_box = CheckBox(text="Current frame only", tooltip="List the objects of this frame.")
        self.save_button = PushButton(
            text="Save CSV…", tooltip="Save all rows and columns as a table.", enabled=False
        )
        below = row_of(self.frame_box, self.save_button)
        self.lay_out(what=[self.source], with_what=[self.image], result=[self.table, below])
        self._connect()

    def _connect(self) -> None:
        self.run_block.run.changed.connect(lambda _: self.measure())
        self.run_block.cancel.changed.connect(lambda _: self.task.cancel("Cancelled: "))
        self.task.stepped.connect(self._on_step)
        self.task.ended.connect(self._finish)
        self.table.picked.connect(self._on_picked)
        self.frame_box.changed.connect(self._on_dims)
        self.save_button.changed.connect(lambda _: self._ask_and_save())
        self.clear_status_on(self.source, self.image)
        self._viewer.dims.events.point.connect(self._on_dims)
        self._viewer.layers.events.removed.connect(self._on_removed)

    @property
    def running(self) -> bool:
        """Whether it is measuring."""
        return self.task.running

    def missing(self) -> str:
        """Labels, and an image of their shape."""
        labels, image = self.source.layer, self.image.layer
        if labels is None:
            return "No labels to measure: segment an image, or open labels."
        if image is not None and grid_of(image) != grid_of(labels):
            return (
                f"{image.name} has the shape {grid_of(image)}, and {labels.name} {grid_of(labels)}: "
                "choose the image that was segmented."
            )
        return ""

    def measure(self, labels: Labels | None = None) -> None:
        """Measure a labels layer, by default the one chosen."""
        if labels is not None:
            self.source.choose(labels)
        if self.missing() or self.running:
            return
        self.source.settle()
        self._measuring, self._measured = self.source.layer, []
        steps = partial(iter_measure, self.source.layer, self.image.layer)
        self.task.start(steps, "Measuring…", shape_of(self.source.layer)[0])

    def mark_stale(self, labels: Labels | None) -> None:
        """Say that the table is older than its labels, if they are these."""
        if self.view is not None and labels == self.view.labels:
            self.run_block.say(STALE)

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
                self.run_block.say(whole(error))
            else:
                self.run_block.say(f"{path.name}: {rows} rows")

    def let_go(self) -> None:
        """Stop measuring; the points stay."""
        self._viewer.dims.events.point.disconnect(self._on_dims)
        self._viewer.layers.events.removed.disconnect(self._on_removed)
        self.task.stop()
        if self.view is not None:
            self.view.let_go()

    def _on_step(self, step: Measured) -> None:
        self._measured.append(step)
        self.run_block.step()

    def _finish(self, why: str) -> None:
        labels = self._measuring
        self.run_block.end(why + summary(self._measured))
        if labels is None or labels not in self._viewer.layers or not self._measured:
            return
        if self.view is not None:
            self.view.let_go()
        self.view = CentroidsView(self._viewer, labels, self._measured, shown=self.view)
        self.view.marked.connect(self.table.mark)
        self.view.edited.connect(lambda: self.run_block.say(STALE))
        self.table.rows.set_table(self.view.table, shown_columns(self.view.table))
        self.save_button.enabled = True
        self._on_dims()

    def _on_picked(self, row: int) -> None:
        if self.view is not None:
            self.view.go_to(row)

    def _on_dims(self, *_: Any) -> None:
        """Follow the time slider."""
        if self.view is not None:
            t, _z = plane_in_view(self._viewer, self.view.labels)
            number = frame_numbers(self.view.labels)[t]
            self.table.rows.show_frame(number if self.frame_box.value else None)

    def _on_removed(self, event: Any) -> None:
        """Drop the rows of labels that are gone; their points stay, as a layer of their own."""
        if self.running and event.value == self._measuring:
            self.task.cancel("Stopped, since the labels layer was removed. ")
        if self.view is not None and event.value == self.view.labels:
            self.view.let_go()
            self.table.rows.set_table(self.view.table.iloc[:0], shown_columns(self.view.table))
            self.view, self.save_button.enabled = None, False
            self.run_block.clear()

    def _ask_and_save(self) -> None:
        if self.view is not None:
            name = f"{self.view.labels.name} centroids.csv"
            if path := ask_path(self.native, "Save the table", name):
                self.save(path)
