"""PopulationPage: a movie to cells of each founder lineage over time."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from bokeh.layouts import column
from bokeh.models import DataTable, NumericInput, Slider, TableColumn

from napari_devolearn.lineage.populations import SERIES
from napari_devolearn.web.counting import Counting
from napari_devolearn.web.movie_view import MovieView
from napari_devolearn.web.page import Page
from napari_devolearn.web.population_figure import PopulationFigure
from napari_devolearn.web.results import COUNTED, write_counted
from napari_devolearn.web.text_box import text_box
from napari_devolearn.web.view import contrast, grey

if TYPE_CHECKING:
    from bokeh.document import Document
    from bokeh.models import UIElement

    from napari_devolearn.inference.lineage import LineageModel
    from napari_devolearn.io.stack import Stack
    from napari_devolearn.models.registry import ModelFiles
    from napari_devolearn.web.site import Site
    from napari_devolearn.web.visits import Visit


class PopulationPage(Page):
    """A page of a model that counts lineages; see `Page`."""

    result_names = COUNTED
    task: Counting | None

    def __init__(self, site: Site, visit: Visit, files: ModelFiles, document: Document) -> None:
        super().__init__(site, visit, files, document)
        self.minutes = NumericInput(
            title="Minutes between two frames (if known)", mode="float", low=0, name="minutes", width=260
        )
        self.minutes.on_change("value", lambda _attr, _old, _new: self._retime())
        self.t = Slider(title="Frame", start=0, end=1, value=0, name="frame", sizing_mode="stretch_width")
        self.t.on_change("value", lambda _attr, _old, _new: self.soon("frame", self._show_frame))
        self.movie = MovieView()
        self.plot = PopulationFigure(self._go_to)
        columns = [TableColumn(field=name, title=name) for name in ("frame", "time", *SERIES)]
        self.table = DataTable(
            source=self.plot.source,
            columns=columns,
            height=260,
            index_position=None,
            reorderable=False,
            sizing_mode="stretch_width",
            name="table",
        )
        self.found = text_box("found")
        self.run_button.label = "Count the lineages"

    @property
    def finished(self) -> bool:
        """Whether all frames are counted."""
        return self.task is not None and self.task.finished

    def roots(self) -> dict[str, UIElement]:
        """What stands where in the template."""
        self.size_form = column(self.minutes, visible=False)
        self.images = column(self.movie.figure, self.t, sizing_mode="stretch_width", visible=False)
        self.results = column(
            self.found,
            self.downloads,
            self.plot.figure,
            self.table,
            sizing_mode="stretch_width",
            visible=False,
        )
        return {
            "example": column(self.example_button, self.about, self.channel, sizing_mode="stretch_width"),
            "size": column(self.first, self.size_form, sizing_mode="stretch_width"),
            "run": column(self.run_button, self.progress, self.message, sizing_mode="stretch_width"),
            "images": column(self.hint, self.images, sizing_mode="stretch_width"),
            "results": self.results,
        }

    def show(self, stack: Stack) -> None:
        """Show the first frame of a new movie."""
        self.t.visible, self.t.end = stack.shape[0] > 1, max(1, stack.shape[0] - 1)
        self.t.value = 0
        self.minutes.value = stack.frame_interval
        self.run_button.disabled = False
        self.images.visible = self.size_form.visible = True
        self.results.visible = False
        self._show_frame()

    def make_task(self, model: LineageModel) -> Counting:
        """Begin to count."""
        if self.upload is None:
            raise ValueError("no movie: bring one first")
        stack = replace(self.upload.stack, frame_interval=self.minutes.value or None)
        return Counting(stack, model, self.changed)

    def write(self, path: Path) -> None:
        """Write the table or the curves."""
        if self.task is not None:
            write_counted(path, self.task)

    def refresh(self) -> None:
        """Show how far the counting is, and the curves so far."""
        task = self.task
        if task is None:
            return
        if task.error:
            self._failed(task.error)
            return
        count = task.stack.shape[0]
        bar = f'<progress max="{count}" value="{task.frames_done}"></progress>'
        self.progress.text = "Done." if task.finished else f"{bar} frame {task.frames_done} of {count}"
        if task.populations is not None:
            self.results.visible = True
            self.plot.show(task.populations)
            self.found.text = self._summary(task)
        self.show_downloads()

    def _summary(self, task: Counting) -> str:
        populations = task.populations
        if populations is None or not len(populations):
            return ""
        total = populations.counts[:, -1]
        text = f"<b>{total.min():.0f} to {total.max():.0f}</b> cells in {len(populations)} frames."
        doubts = 0 if populations.trusted is None else int((~populations.trusted).sum())
        if doubts:
            text += (
                f" {doubts} of the frames are not to be trusted: they show no embryo such as the model knows."
            )
        if populations.age is not None and task.finished:
            text += " Pale bands: real embryos of the same age." if self.plot.has_bands else ""
        return text

    def _show_frame(self) -> None:
        if self.upload is None or not 0 <= self.t.value < self.upload.stack.shape[0]:
            return
        projection = self.upload.stack.data[self.t.value].max(axis=0)
        self.movie.show(grey(projection, contrast(projection)))
        self.plot.mark(self.t.value)

    def _retime(self) -> None:
        """Give the frames other times; the counts stay."""
        if self.task is not None and self.task.populations is not None:
            self.task.retime(self.minutes.value or None)
            self.refresh()

    def _go_to(self, frame: float) -> None:
        if self.upload is not None:
            self.t.value = min(max(0, round(frame)), self.upload.stack.shape[0] - 1)
