"""Segment an image, with an interactive threshold."""

from __future__ import annotations

from pathlib import Path

from bokeh.document import Document
from bokeh.layouts import row
from bokeh.models import UIElement

from napari_devolearn.exceptions import ParameterError
from napari_devolearn.inference.model import Model
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.models.registry import ModelFiles
from napari_devolearn.web.pages.page import Page
from napari_devolearn.web.pages.results import OUTLINED, SEGMENTED, sizes_of, write_segmented
from napari_devolearn.web.pages.segment_choices import SegmentChoices
from napari_devolearn.web.pages.segmentation import Segmentation
from napari_devolearn.web.parts.calibration_form import CalibrationForm
from napari_devolearn.web.parts.curves import CountFigure
from napari_devolearn.web.parts.elements import position_slider, progress_bar, text_box
from napari_devolearn.web.parts.image_views import ImageViews
from napari_devolearn.web.parts.tables import SIZES, embryo_table, objects_table
from napari_devolearn.web.parts.view import contrast, grey, outlines, subsample
from napari_devolearn.web.server.site import Site
from napari_devolearn.web.server.visit import Visit


class SegmentPage(Page):
    """A page of a model that draws labels; see `Page`."""

    task: Segmentation | None

    def __init__(self, site: Site, visit: Visit, files: ModelFiles, document: Document) -> None:
        super().__init__(site, visit, files, document)
        self.choices = SegmentChoices(self.spec.task, self._choose)
        self.calibration = CalibrationForm(self.spec, self._recalibrate)
        self.t, self.z = position_slider("Frame"), position_slider("Slice")
        self.views = ImageViews(self.choices.threshold)
        self.counts = CountFigure(self.topic.objects, self._go_to)
        self.table = objects_table(self.views.points)
        self.sizes = embryo_table()
        self.sizes.visible = self.spec.task == "embryo"
        self.result_names = OUTLINED if self.sizes.visible else SEGMENTED
        self.found = text_box("found")
        self.run_button.label = f"Find {self.topic.objects}"
        for widget in (self.t, self.z):
            widget.on_change("value", lambda _attr, _old, _new: self.loop.later_once(self._show_slice))
        self.size_form.children = [self.calibration.row, self.calibration.note]
        self.images.children = [
            row(*self.views.figures, sizing_mode="stretch_width"),
            row(self.z, self.t, sizing_mode="stretch_width", spacing=20),
        ]
        self.results.children = [self.found, self.downloads, self.sizes, self.counts.figure, self.table]
        self._shown: tuple[object, ...] = ()

    def roots(self) -> dict[str, list[UIElement]]:
        """The elements of the page's template."""
        return super().roots() | {"choices": [self.choices.layout]}

    def show(self, stack: Stack) -> None:
        """Show a new image in the middle of its first frame."""
        frames, slices = stack.shape[:2]
        for slider, count in ((self.t, frames), (self.z, slices)):
            slider.visible = count > 1
            slider.end = max(1, count - 1)
        self.t.value, self.z.value = 0, slices // 2
        self.table.columns[-1].title = "size (µm²)" if slices == 1 else "size (µm³)"
        self.calibration.fill(stack)
        self.run_button.disabled = self.calibration.voxel_size is None
        self._show_slice()
        self.views.reset_zoom()

    def make_task(self, model: Model) -> Segmentation:
        """Create a segmentation task."""
        size, upload = self.calibration.voxel_size, self.image.upload
        if size is None or upload is None:
            raise ParameterError("voxel size unknown; type the pixel size in µm")
        task = Segmentation(
            upload.stack, size, model, self.choices.params, lambda: self.loop.later_once(self.refresh)
        )
        task.visible = self.t.value
        return task

    def write(self, path: Path) -> None:
        """Write labels, centroids or counts."""
        if self.task is not None:
            write_segmented(path, self.task)

    def progress_text(self, task: Segmentation) -> str:
        """Progress of the segmentation."""
        if task.slices_done == task.slices:
            return "Updating the outlines …"
        return progress_bar("slice", task.slices_done, task.slices)

    def show_results(self, task: Segmentation) -> None:
        """Show the results of the current slice and of all frames."""
        self.results.visible = bool(task.tables)
        self._show_result(task)
        stack = task.stack
        self.counts.figure.visible = stack.shape[0] > 1
        self.counts.show(dict(task.tables), stack.frames)
        sizes = sizes_of(task)
        self.sizes.source.data = {name: sizes[name].to_numpy() for name in SIZES}

    def _show_slice(self) -> None:
        if self.image.upload is None:
            return
        stack, t, z = self.image.upload.stack, self.t.value, self.z.value
        if not (0 <= t < stack.shape[0] and 0 <= z < stack.shape[1]):
            return
        volume = stack.data[t]
        _, y, x = self.calibration.voxel_size or (1.0, 1.0, 1.0)
        self.views.show_slice(grey(volume[z], contrast(volume)), (stack.shape[2] * y, stack.shape[3] * x))
        self._shown = ()
        self.counts.mark(stack.frames[t])
        self.views.show_points(None, 0.0)
        if self.task is not None:
            if self.task.visible != t:
                self.task.visible = t
                self.submit(self.task)
            self._show_result(self.task)

    def _show_result(self, task: Segmentation) -> None:
        """Show the result of the current slice, unless it is already shown."""
        t, z = self.t.value, self.z.value
        probability, table = task.probability(t, z), task.tables.get(t)
        known = (t, z, probability is not None, table is not None and id(table), task.is_labelled(t))
        if known == self._shown:
            return
        self._shown = known
        outline = None if table is None else outlines(task.labels(t)[z])
        self.views.show_result(None if probability is None else subsample(probability), outline)
        if table is not None:
            self.views.show_points(table, z * task.movie.voxel_size[0])
            where = f" in frame {task.stack.frames[t]}" if task.movie.shape[0] > 1 else ""
            self.found.text = f"<b>{self.topic.count(len(table))}</b>{where}"

    def _choose(self) -> None:
        """Use other options: labels are made again from the probability."""
        if self.task is None:
            return
        self.task.params = self.choices.params
        self.downloads.visible = False
        self.submit(self.task)
        self.refresh()

    def _recalibrate(self) -> None:
        """Use another voxel size, and discard earlier results."""
        self._drop_task()
        self.results.visible = False
        self.progress.text = ""
        self.run_button.disabled = self.image.upload is None or self.calibration.voxel_size is None
        self._show_slice()
        self.views.reset_zoom()

    def _go_to(self, frame: float) -> None:
        if self.image.upload is not None:
            frames = self.image.upload.stack.frames
            self.t.value = min(range(len(frames)), key=lambda t: abs(frames[t] - frame))
