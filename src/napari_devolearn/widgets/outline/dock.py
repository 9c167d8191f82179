"""The Embryo outline dock: where the embryo is, how long, wide and large, frame by frame."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from magicgui.widgets import PushButton
from qtpy.QtWidgets import QTabWidget

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.inference.outline import OutlineFrame, outline_table
from napari_devolearn.io.tables.table import write_table
from napari_devolearn.widgets.common.calibration import minutes_between_frames
from napari_devolearn.widgets.common.figure_view import FigureView
from napari_devolearn.widgets.common.form.dock import Dock
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.run_block import RunBlock, whole
from napari_devolearn.widgets.common.plot_theme import plot_theme
from napari_devolearn.widgets.common.rows_table import RowsTable
from napari_devolearn.widgets.common.save_dialog import ask_path
from napari_devolearn.widgets.common.task import Task
from napari_devolearn.widgets.outline.run import add_outlines, check_image, frames_of, iter_outline_layer
from napari_devolearn.widgets.segment.result_layer import is_probability

if TYPE_CHECKING:
    import pandas as pd
    from napari.layers import Image
    from napari.viewer import Viewer

_TITLES = {
    "length_um": "length µm",
    "width_um": "width µm",
    "area_um2": "area µm²",
    "volume_um3": "volume µm³",
}


class OutlineDock(Dock):
    """Outline the embryo of an image layer in all frames; a click on a row goes to its frame.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        napari passes it by this name.

    Attributes
    ----------
    sizes : DataFrame or None
        What was measured last, as ``outline`` gives it.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        from napari.layers import Image

        super().__init__(napari_viewer)
        self._image: Image | None = None
        self._found: list[OutlineFrame] = []
        self.sizes: pd.DataFrame | None = None
        self.source = LayerChoice(
            napari_viewer,
            Image,
            label="Image",
            tooltip="A slice, a volume or a movie of nuclei or membranes; RGB movies too.",
            fits=lambda one: not is_probability(one),
        )
        self.run_block = RunBlock(
            "Outline",
            tooltip="Find the embryo in all frames, from its nuclei or membranes.",
            cancel="Stop after the present frame; those that are done are shown.",
        )
        self.task = Task(self.run_block, self.native)
        self.plot, self.table, self.tabs = FigureView(300, 240), RowsTable(_TITLES), QTabWidget()
        self.plot.setAccessibleName("Size of the embryo over time")
        self.table.setToolTip("Click a row, or move with the arrow keys, to go to the frame.")
        self.tabs.addTab(self.plot, "Plot")
        self.tabs.addTab(self.table, "Table")
        self.save_button = PushButton(
            text="Save CSV…", tooltip="Save one row per frame, with all columns.", enabled=False
        )
        self.lay_out(what=[self.source], result=[self.tabs, self.save_button])
        self._connect()

    def _connect(self) -> None:
        self.run_block.run.changed.connect(lambda _: self.outline())
        self.run_block.cancel.changed.connect(lambda _: self.task.cancel("Cancelled: "))
        self.task.stepped.connect(self._on_step)
        self.task.ended.connect(self._finish)
        self.table.picked.connect(self._on_picked)
        self.save_button.changed.connect(lambda _: self._ask_and_save())
        self.clear_status_on(self.source)
        self._viewer.layers.events.removed.connect(self._on_removed)
        self._viewer.events.theme.connect(self._draw)

    @property
    def running(self) -> bool:
        """Whether it is at work."""
        return self.task.running

    def missing(self) -> str:
        """An image that can be outlined."""
        try:
            check_image(self._viewer, self.source.layer)
        except ImageFormatError as error:
            return whole(error)
        return ""

    def outline(self) -> None:
        """Outline the embryo of the image chosen."""
        if self.running or self.missing():
            return
        self.source.settle()
        self._image, self._found = self.source.layer, []
        steps = partial(iter_outline_layer, self.source.layer)
        self.task.start(steps, "Outlining…", len(frames_of(self.source.layer)))

    def save(self, path: Path) -> None:
        """Write the table, replacing what is there."""
        if self.sizes is not None:
            try:
                rows = write_table(path, [self.sizes], overwrite=True)
            except OSError as error:
                self.run_block.say(whole(error))
            else:
                self.run_block.say(f"{path.name}: {rows} rows")

    def let_go(self) -> None:
        """Stop what goes on; the layers stay."""
        self._viewer.layers.events.removed.disconnect(self._on_removed)
        self._viewer.events.theme.disconnect(self._draw)
        self.task.stop()
        self.plot.stop()

    def _on_step(self, step: OutlineFrame) -> None:
        self._found.append(step)
        self.run_block.step()

    def _finish(self, why: str) -> None:
        image = self._image
        if image is None or image not in self._viewer.layers or not self._found:
            self.run_block.end(why + "nothing was outlined.")
            return
        self.sizes = outline_table(self._found, image.name, minutes_between_frames(image))
        add_outlines(self._viewer, image, self._found)
        size = "volume_um3" if self.sizes["volume_um3"].notna().any() else "area_um2"
        self.table.rows.set_table(self.sizes, ["frame", "length_um", "width_um", size])
        self.save_button.enabled = True
        self._draw()
        self.run_block.end(why + _summary(self.sizes))

    def _draw(self, *_: Any) -> None:
        from napari_devolearn.postprocess.embryo_plot import draw_outline_plot

        if self.sizes is not None:
            dark = plot_theme(self._viewer) == "dark"
            self.plot.draw(partial(draw_outline_plot, table=self.sizes, dark=dark))

    def _on_picked(self, row: int) -> None:
        if self._viewer.dims.ndim > 2 and self._image in self._viewer.layers and len(self._found) > 1:
            self._viewer.dims.set_current_step(0, row)

    def _on_removed(self, _: Any) -> None:
        if self.running and self._image not in self._viewer.layers:
            self.task.cancel("Stopped, since the image was removed: ")

    def _ask_and_save(self) -> None:
        if self._image is not None:
            path = ask_path(self.native, "Save the table", f"{self._image.name} outline.csv")
            if path is not None:
                self.save(path)


def _summary(sizes: pd.DataFrame) -> str:
    length, width = sizes["length_um"].median(), sizes["width_um"].median()
    measured = f"median {length:.1f} by {width:.1f} µm" if length == length else "no length is known"
    found = int((sizes["embryos"] > 0).sum())
    return f"An embryo in {found} of {len(sizes)} frame{'s' if len(sizes) != 1 else ''}, {measured}."
