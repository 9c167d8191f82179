"""The Embryo outline dock: position, length, width and area or volume of the embryo in each frame."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from magicgui.widgets import PushButton
from napari.layers import Image
from napari.viewer import Viewer
from qtpy.QtWidgets import QTabWidget

from napari_devolearn.io.tables.table import write_table
from napari_devolearn.postprocess.embryo_plot import draw_outline_plot
from napari_devolearn.postprocess.embryo_table import outline_table
from napari_devolearn.widgets.common.calibration import minutes_between_frames
from napari_devolearn.widgets.common.figure_view import FigureView
from napari_devolearn.widgets.common.form.dock import Dock
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.run_block import RunBlock, counted
from napari_devolearn.widgets.common.rows_table import RowsTable
from napari_devolearn.widgets.common.save_dialog import ask_and_save
from napari_devolearn.widgets.common.view import plot_theme
from napari_devolearn.widgets.outline.run import add_outlines, check_image, frames_of, iter_outline_layer

if TYPE_CHECKING:
    import pandas as pd

_TITLES = {
    "length_um": "length µm",
    "width_um": "width µm",
    "area_um2": "area µm²",
    "volume_um3": "volume µm³",
}


class OutlineDock(Dock):
    """Outline the embryo of an image layer in all frames; a click on a row goes to its frame."""

    def __init__(self, napari_viewer: Viewer) -> None:
        run_block = RunBlock(
            "Outline",
            tooltip="Find the embryo in all frames, from its nuclei or membranes.",
            cancel="Stop after the current frame; outlined frames are shown.",
        )
        super().__init__(napari_viewer, run_block)
        self.sizes: pd.DataFrame | None = None  # the last result, as ``outline`` returns it
        self.source = LayerChoice(
            napari_viewer,
            Image,
            "Image",
            "A slice, a volume or a movie of nuclei or membranes, greyscale or RGB.",
        )
        self.plot, self.table = FigureView(300, 240, "Size of the embryo over time"), RowsTable(_TITLES)
        self.table.setToolTip("Click a row, or use the arrow keys, to go to the frame.")
        self.tabs = QTabWidget()
        self.tabs.addTab(self.plot, "Plot")
        self.tabs.addTab(self.table, "Table")
        self.save_button = PushButton(
            text="Save CSV…", tooltip="Save one row per frame, with all columns.", enabled=False
        )
        self.lay_out(what=[self.source], result=[self.tabs, self.save_button])
        self.table.picked.connect(self._on_picked)
        self.save_button.changed.connect(self._save)
        self.clear_status_on(self.source)
        self.follow(napari_viewer.events.theme, self._draw)
        self.on_release.callback(self.plot.stop)

    def check(self) -> None:
        """An image that can be outlined is needed."""
        check_image(self._viewer, self.source.layer)

    def run(self) -> None:
        """Outline the embryo of the chosen image."""
        if not self.running and not self.missing():
            image = self.source.layer
            self.start(partial(iter_outline_layer, image), "Outlining…", len(frames_of(image)))

    def finish(self) -> str:
        """Show all outlined frames."""
        image, found = self.inputs[0], self.completed
        if image not in self._viewer.layers or not found:
            return "Nothing was outlined."
        sizes = {one.frame: one.size for one in found}
        self.sizes = outline_table(sizes, image.name, minutes_between_frames(image))
        add_outlines(self._viewer, image, found)
        size = "volume_um3" if self.sizes["volume_um3"].notna().any() else "area_um2"
        self.table.rows.set_table(self.sizes, ["frame", "length_um", "width_um", size])
        self.save_button.enabled = True
        self._draw()
        return _summary(self.sizes)

    def _draw(self, *_: Any) -> None:
        if self.sizes is not None:
            dark = plot_theme(self._viewer) == "dark"
            self.plot.draw(partial(draw_outline_plot, table=self.sizes, dark=dark))

    def _on_picked(self, row: int) -> None:
        if self._viewer.dims.ndim > 2 and self.inputs[0] in self._viewer.layers and len(self.completed) > 1:
            self._viewer.dims.set_current_step(0, row)

    def _save(self) -> None:
        write = partial(write_table, tables=[self.sizes], overwrite=True)
        ask_and_save(self.run_block, "Save the table", f"{self.inputs[0].name} outline.csv", write)


def _summary(sizes: pd.DataFrame) -> str:
    length, width = sizes["length_um"].median(), sizes["width_um"].median()
    measured = f"median {length:.1f} by {width:.1f} µm" if length == length else "no length measured"
    found = int((sizes["embryos"] > 0).sum())
    return f"An embryo in {found} of {counted(len(sizes), 'frame')}, {measured}."
