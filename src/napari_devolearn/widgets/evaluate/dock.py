"""The Evaluate dock: how good labels and tracks are, frame by frame, and where they are wrong."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import Qt
from qtpy.QtWidgets import QComboBox, QFileDialog, QHBoxLayout, QLabel, QPushButton, QSplitter, QVBoxLayout

from napari_devolearn.evaluation.report import Report, save_scores
from napari_devolearn.widgets.common.qt_dock import QtDock
from napari_devolearn.widgets.common.rows_table import RowsTable
from napari_devolearn.widgets.common.run_box import RunBox
from napari_devolearn.widgets.common.task import Task
from napari_devolearn.widgets.common.worker import Job, show_failure
from napari_devolearn.widgets.evaluate.choice import Choice
from napari_devolearn.widgets.evaluate.run import Begun, Evaluated, FrameDone, iter_evaluate
from napari_devolearn.widgets.evaluate.scores import meanings_html, scores_html, title
from napari_devolearn.widgets.evaluate.view import EvaluateView

if TYPE_CHECKING:
    from napari.utils.events import Event
    from napari.viewer import Viewer

    from napari_devolearn.widgets.evaluate.canvas import EvaluateCanvas

_CURVES = ("seg", "det", "f1", "iou", "dice")
_COLUMNS = ("frame", "kind", "iou", "true", "found")
_TITLES = {"kind": "mistake", "iou": "IoU", "true": "in truth", "found": "in result"}


class EvaluateDock(QtDock):
    """Compare labels and tracks with the truth; a click goes to a frame or an object.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        napari passes it by this name.

    Attributes
    ----------
    view : EvaluateView or None
        What was found last.
    canvas : EvaluateCanvas or None
        None until the first run has imported matplotlib.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self._outcome = ""
        self._saving: Job | None = None
        self.view: EvaluateView | None = None
        self.canvas: EvaluateCanvas | None = None
        self.choice, self.run_box = Choice(napari_viewer), RunBox()
        self.task = Task(self.run_box, self)
        self.scores, self.table = QLabel(), RowsTable(_TITLES)
        self.table.rows.decimals = 3
        self.score_box, self.frame_button = QComboBox(), QPushButton("Worst frame")
        self.object_button, self.save_button = QPushButton("Worst object"), QPushButton("Save scores…")
        self._splitter = QSplitter(Qt.Orientation.Vertical)
        self._lay_out()
        self._connect()

    def _lay_out(self) -> None:
        self.run_box.run.setText("Evaluate")
        self.run_box.run.setToolTip("Compare the frames that the truth labels.")
        self.run_box.cancel.setToolTip("Stop after the present frame; nothing is shown.")
        self.scores.setToolTip(meanings_html())
        for name in _CURVES:
            self.score_box.addItem(title(name), name)
        self.score_box.setToolTip("The score that is drawn thicker; the worst frame has the least of it.")
        self.object_button.setToolTip("Go to the first of the objects with the least IoU.")
        self.save_button.setToolTip("All scores as JSON, or a row a frame as CSV.")
        buttons = QHBoxLayout()
        for widget in (self.score_box, self.frame_button, self.object_button, self.save_button):
            buttons.addWidget(widget)
            widget.setEnabled(False)
        self._splitter.addWidget(self.table)
        layout = QVBoxLayout(self)
        layout.addWidget(self.choice)
        layout.addWidget(self.run_box)
        layout.addWidget(self.scores)
        layout.addLayout(buttons)
        layout.addWidget(self._splitter, 1)

    def _connect(self) -> None:
        self.run_box.run.clicked.connect(lambda: self.evaluate())
        self.run_box.cancel.clicked.connect(lambda: self.task.cancel("Cancelled."))
        self.task.stepped.connect(self._on_step)
        self.task.ended.connect(lambda how: self.run_box.end(how or self._outcome))
        self.score_box.currentTextChanged.connect(lambda _: self._draw())
        self.frame_button.clicked.connect(lambda: self.go_to_worst_frame())
        self.object_button.clicked.connect(lambda: self.go_to_worst_object())
        self.save_button.clicked.connect(self._ask_and_save)
        self.table.picked.connect(self._on_picked)
        self._viewer.events.theme.connect(self._draw)
        self._viewer.layers.events.removed.connect(self._on_removed)

    @property
    def running(self) -> bool:
        """Whether it is comparing."""
        return self.task.running

    def evaluate(self) -> None:
        """Compare what is chosen; an error that a person can mend is a notification."""
        if self.running:
            return
        try:
            sides = self.choice.sides
        except ValueError as error:
            show_failure(error)
            return
        self._compared = [sides.result, sides.truth, sides.markers]
        self.task.start(partial(iter_evaluate, sides), "Opening…")

    def go_to_worst_frame(self) -> None:
        """Bring the frame into view that has the least score."""
        if self.view is not None:
            self.view.go_to_worst_frame(self.score_box.currentData())

    def go_to_worst_object(self) -> None:
        """Bring the object into view that is first in the table of the worst."""
        if self.view is not None and len(self.view.evaluated.objects):
            self.view.go_to_object(0)
            self.table.mark(0)

    def save(self, path: Path) -> None:
        """Write all scores in a thread: as JSON, or a row a frame where the name ends in .csv.

        Parameters
        ----------
        path : Path
            Replaced if it is there.
        """
        if self.view is not None:
            self._saving = Job(partial(_iter_saving, path, self.view.evaluated.report), self)
            self._saving.failed.connect(show_failure)
            self._saving.stepped.connect(lambda _: self.run_box.say(f"Saved {path.name}."))
            self._saving.start()

    def let_go(self) -> None:
        """Follow the viewer no longer; the layers stay."""
        self._viewer.events.theme.disconnect(self._draw)
        self._viewer.layers.events.removed.disconnect(self._on_removed)
        self.choice.forget_viewer()
        if self.view is not None:
            self.view.let_go()
        self.task.stop()

    def _on_step(self, step: Begun | FrameDone | Evaluated) -> None:
        if isinstance(step, Begun):
            self.run_box.expect(step.steps, "Comparing…")
            if self.canvas is None:
                self.canvas = step.canvas.EvaluateCanvas()
                self.canvas.frame_chosen.connect(self._on_frame_chosen)
                self._splitter.insertWidget(0, self.canvas)
        elif isinstance(step, FrameDone):
            self.run_box.step()
        else:
            self._show(step)

    def _show(self, evaluated: Evaluated) -> None:
        before = self.view
        if before is not None:
            before.let_go()
        self.view = EvaluateView(self._viewer, evaluated, before)
        self.view.moved.connect(self._on_moved)
        self.scores.setText(scores_html(evaluated.total))
        self.table.rows.set_table(evaluated.objects, _COLUMNS)
        for widget in (self.score_box, self.frame_button, self.object_button, self.save_button):
            widget.setEnabled(True)
        self._outcome = "; ".join([f"{len(evaluated.by_frame)} frames compared", *evaluated.notes]) + "."
        self._draw()
        self.view.look()

    def _draw(self) -> None:
        from napari_devolearn.widgets.common.plot_theme import plot_theme

        if self.view is not None and self.canvas is not None:
            scores = self.view.evaluated.by_frame
            self.canvas.show_scores(scores, self.score_box.currentData(), plot_theme(self._viewer))

    def _on_moved(self, frame: int) -> None:
        if self.canvas is not None:
            self.canvas.put_cursor(frame)

    def _on_frame_chosen(self, frame: int) -> None:
        if self.view is not None:
            self.view.go_to_frame(frame)

    def _on_picked(self, row: int) -> None:
        if self.view is not None:
            self.view.go_to_object(row)

    def _on_removed(self, event: Event) -> None:
        if self.running and event.value in [layer for layer in self._compared if layer is not None]:
            self.task.cancel("Stopped, since a layer that is compared was removed.")

    def _ask_and_save(self) -> None:
        path, _ = QFileDialog.getSaveFileName(
            self, "Save the scores", "scores.json", "JSON (*.json);;Table (*.csv)"
        )
        if path:
            self.save(Path(path))


def _iter_saving(path: Path, report: Report) -> Iterator[object]:
    save_scores(path, report, overwrite=True)
    yield None
