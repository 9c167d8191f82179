"""PopulationPage: count the cells of each founder lineage over time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from bokeh.document import Document
from bokeh.models import NumericInput, TableColumn

from napari_devolearn.exceptions import ParameterError
from napari_devolearn.inference.counting.lineage import LineageModel
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.lineage.populations import SERIES, Populations
from napari_devolearn.models.registry import ModelFiles
from napari_devolearn.web.pages.counting import Counting
from napari_devolearn.web.pages.page import Page
from napari_devolearn.web.pages.results import COUNTED, write_counted
from napari_devolearn.web.parts.curves import PopulationFigure
from napari_devolearn.web.parts.elements import position_slider, progress_bar, text_box
from napari_devolearn.web.parts.tables import data_table
from napari_devolearn.web.parts.view import MovieView, contrast, grey
from napari_devolearn.web.server.site import Site
from napari_devolearn.web.server.visit import Visit


class PopulationPage(Page):
    """A page of a model that counts lineages; see `Page`."""

    result_names = COUNTED
    task: Counting | None

    def __init__(self, site: Site, visit: Visit, files: ModelFiles, document: Document) -> None:
        super().__init__(site, visit, files, document)
        self.minutes = NumericInput(
            title="Minutes between frames (if known)", mode="float", low=0, name="minutes", width=260
        )
        self.minutes.on_change("value", lambda _attr, _old, _new: self._retime())
        self.t = position_slider("Frame")
        self.t.on_change("value", lambda _attr, _old, _new: self.loop.later_once(self._show_frame))
        self.movie = MovieView()
        self.plot = PopulationFigure(self._go_to)
        columns = [TableColumn(field=name, title=name) for name in ("frame", "time", *SERIES)]
        self.table = data_table("table", self.plot.source, columns)
        self.found = text_box("found")
        self.run_button.label = "Count the lineages"
        self.size_form.children = [self.minutes]
        self.images.children = [self.movie.figure, self.t]
        self.results.children = [self.found, self.downloads, self.plot.figure, self.table]

    def show(self, stack: Stack) -> None:
        """Show the first frame of a new movie."""
        self.t.visible, self.t.end = stack.shape[0] > 1, max(1, stack.shape[0] - 1)
        self.t.value = 0
        self.minutes.value = stack.frame_interval
        self.run_button.disabled = False
        self._show_frame()

    def make_task(self, model: LineageModel) -> Counting:
        """Create a counting task."""
        if self.image.upload is None:
            raise ParameterError("no movie; choose a file first")
        stack = replace(self.image.upload.stack, frame_interval=self.minutes.value or None)
        return Counting(stack, model, lambda: self.loop.later_once(self.refresh))

    def write(self, path: Path) -> None:
        """Write the table or the curves."""
        if self.task is not None:
            write_counted(path, self.task)

    def progress_text(self, task: Counting) -> str:
        """Progress of the counting."""
        return progress_bar("frame", task.frames_done, task.stack.shape[0])

    def show_results(self, task: Counting) -> None:
        """Show the curves so far."""
        if task.populations is not None:
            self.results.visible = True
            self.plot.show(task.populations)
            self.found.text = self._summary(task.populations)

    def _summary(self, populations: Populations) -> str:
        total = populations.counts[:, -1]
        text = f"<b>{total.min():.0f} to {total.max():.0f}</b> cells in {len(populations)} frames."
        uncertain = 0 if populations.trusted is None else int((~populations.trusted).sum())
        if uncertain:
            text += (
                f" {uncertain} of the frames are uncertain: the model does not recognise an embryo in them."
            )
        if populations.age is not None and self.finished and self.plot.has_bands:
            text += " Shaded bands: real embryos of the same age."
        return text

    def _show_frame(self) -> None:
        if self.image.upload is None or not 0 <= self.t.value < self.image.upload.stack.shape[0]:
            return
        projection = self.image.upload.stack.data[self.t.value].max(axis=0)
        self.movie.show(grey(projection, contrast(projection)))
        self.plot.mark(self.t.value)

    def _retime(self) -> None:
        """Change the times of the frames; the counts stay."""
        if self.task is not None and self.task.populations is not None:
            self.task.retime(self.minutes.value or None)
            self.refresh()

    def _go_to(self, frame: float) -> None:
        if self.image.upload is not None:
            self.t.value = min(max(0, round(frame)), self.image.upload.stack.shape[0] - 1)
