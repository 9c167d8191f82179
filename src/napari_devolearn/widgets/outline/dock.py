"""The Embryo outline dock: where the embryo is, how long, wide and large, frame by frame."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtWidgets import QFileDialog, QFormLayout, QPushButton, QTabWidget, QVBoxLayout, QWidget

from napari_devolearn.inference.outline import OutlineFrame, outline_table
from napari_devolearn.io.tables.table import write_table
from napari_devolearn.widgets.common.layers_box import ImageBox
from napari_devolearn.widgets.common.plot_theme import plot_theme
from napari_devolearn.widgets.common.qt_dock import QtDock
from napari_devolearn.widgets.common.rows_table import RowsTable
from napari_devolearn.widgets.common.run_box import RunBox
from napari_devolearn.widgets.common.scope import shape_of
from napari_devolearn.widgets.common.worker import Job, show_failure
from napari_devolearn.widgets.outline.run import add_outlines, iter_outline_layer
from napari_devolearn.widgets.segment.segmentable import segmentable

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.figure import Figure
    from napari.layers import Image
    from napari.viewer import Viewer

_TITLES = {
    "length_um": "long µm",
    "width_um": "wide µm",
    "area_um2": "area µm²",
    "volume_um3": "volume µm³",
}
_SMALLEST = (320, 260)


class OutlineDock(QtDock):
    """Outline the embryo of an image layer in all frames; a click on a row goes to its frame.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        napari passes it by this name.

    Attributes
    ----------
    sizes : DataFrame or None
        What was measured last, as ``outline`` gives it.
    figure : matplotlib.figure.Figure or None
        The plot, once there is one.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self._job: Job | None = None
        self._image: Image | None = None
        self._found: list[OutlineFrame] = []
        self.sizes: pd.DataFrame | None = None
        self.figure: Figure | None = None
        self.image_box, self.run_box, self.table = ImageBox(napari_viewer), RunBox(), RowsTable(_TITLES)
        self.tabs, self.save_button = QTabWidget(), QPushButton("Save CSV…")
        self._plot = QWidget()
        self._lay_out()
        self.run_box.run.clicked.connect(lambda: self.outline())
        self.run_box.cancel.clicked.connect(lambda: self.cancel("Cancelled: "))
        self.table.picked.connect(self._on_picked)
        self.save_button.clicked.connect(self._ask_and_save)
        self._viewer.layers.events.removed.connect(self._on_removed)

    def _lay_out(self) -> None:
        self.run_box.run.setText("Outline")
        self.run_box.run.setToolTip("Find the embryo in all frames, from its nuclei or membranes.")
        self.run_box.cancel.setToolTip("Stop after the present frame; those that are done are shown.")
        self.save_button.setEnabled(False)
        self._plot.setMinimumSize(*_SMALLEST)
        QVBoxLayout(self._plot).setContentsMargins(0, 0, 0, 0)
        self.tabs.addTab(self._plot, "Plot")
        self.tabs.addTab(self.table, "Table")
        self.table.setToolTip("Click a row, or move with the arrow keys, to go to the frame.")
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Image", self.image_box)
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addWidget(self.run_box)
        layout.addWidget(self.tabs, 1)
        layout.addWidget(self.save_button)

    @property
    def running(self) -> bool:
        """Whether it is at work."""
        return self._job is not None

    def outline(self) -> None:
        """Outline the embryo of the image chosen."""
        if self.running:
            return
        try:
            self._image = segmentable(self._viewer, self.image_box.image)
        except ValueError as error:
            show_failure(error)
            return
        self._found = []
        self.run_box.begin("Loading the model…")
        self.run_box.expect(shape_of(self._image)[0], "Outlining…")
        self._job = Job(partial(iter_outline_layer, self._image), self)
        self._job.stepped.connect(self._on_step)
        self._job.failed.connect(self._on_failure)
        self._job.ended.connect(self._on_end)
        self._job.start()

    def cancel(self, why: str) -> None:
        """Leave the work; the frames that are done are shown."""
        job, self._job = self._job, None
        if job is not None:
            job.stop()
            self._finish(why)

    def save(self, path: Path) -> None:
        """Write the table, replacing what is there."""
        if self.sizes is not None:
            try:
                rows = write_table(path, [self.sizes], overwrite=True)
            except OSError as error:
                show_failure(error)
            else:
                self.run_box.say(f"{path.name}: {rows} rows")

    def let_go(self) -> None:
        """Follow the viewer no longer; the layers stay."""
        self._viewer.layers.events.removed.disconnect(self._on_removed)
        self.image_box.forget_viewer()
        job, self._job = self._job, None
        if job is not None:
            job.stop()

    def _on_step(self, step: OutlineFrame) -> None:
        self._found.append(step)
        self.run_box.step()

    def _on_failure(self, error: Exception) -> None:
        self._job = None
        show_failure(error)
        self.run_box.end("Stopped by an error.")

    def _on_end(self) -> None:
        if self._job is not None:
            self._job = None
            self._finish("")

    def _finish(self, why: str) -> None:
        image = self._image
        if image is None or image not in self._viewer.layers or not self._found:
            self.run_box.end(why + "nothing was outlined.")
            return
        self.sizes = outline_table(self._found, image.name)
        add_outlines(self._viewer, image, self._found)
        whole = "volume_um3" if self.sizes["volume_um3"].notna().any() else "area_um2"
        self.table.rows.set_table(self.sizes, ["frame", "length_um", "width_um", whole])
        self.save_button.setEnabled(True)
        self._draw()
        self.run_box.end(why + _summary(self.sizes))

    def _draw(self) -> None:
        from matplotlib.backends.backend_qtagg import FigureCanvasQTAgg
        from matplotlib.figure import Figure

        from napari_devolearn.postprocess.embryo_plot import draw_outline_plot

        if self.figure is None:
            self.figure = Figure(layout="constrained")
            layout = self._plot.layout()
            if layout is not None:
                layout.addWidget(FigureCanvasQTAgg(self.figure))
        draw_outline_plot(self.figure, self.sizes, dark=plot_theme(self._viewer) == "dark")
        self.figure.canvas.draw_idle()

    def _on_picked(self, row: int) -> None:
        if self._viewer.dims.ndim > 2 and self._image in self._viewer.layers and len(self._found) > 1:
            self._viewer.dims.set_current_step(0, row)

    def _on_removed(self) -> None:
        if self.running and self._image not in self._viewer.layers:
            self.cancel("Stopped, since the image was removed: ")

    def _ask_and_save(self) -> None:
        name = f"{self._image.name} outline.csv" if self._image is not None else ""
        path, _ = QFileDialog.getSaveFileName(self, "Save the table", name, "Table (*.csv)")
        if path:
            self.save(Path(path if path.lower().endswith(".csv") else f"{path}.csv"))


def _summary(sizes: pd.DataFrame) -> str:
    length, width = sizes["length_um"].median(), sizes["width_um"].median()
    measured = f"median {length:.1f} by {width:.1f} µm" if length == length else "no length is known"
    return f"{len(sizes)} frame{'s' if len(sizes) != 1 else ''}, {measured}."
