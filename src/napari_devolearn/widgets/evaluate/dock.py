"""The Evaluate dock: scores of labels and tracks, frame by frame, and where they are wrong."""

from __future__ import annotations

from functools import partial
from typing import Any

from magicgui.widgets import Label, PushButton
from napari.layers import Labels
from napari.viewer import Viewer
from qtpy.QtCore import Qt
from qtpy.QtWidgets import QSplitter

from napari_devolearn.evaluation.score_files import save_scores
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.widgets.common.form.dock import Dock
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.layout import row_of
from napari_devolearn.widgets.common.form.run_block import RunBlock, counted
from napari_devolearn.widgets.common.rows_table import RowsTable
from napari_devolearn.widgets.common.save_dialog import TABLE, ask_and_save
from napari_devolearn.widgets.common.view import plot_theme
from napari_devolearn.widgets.evaluate.choice import Side, markers_beside
from napari_devolearn.widgets.evaluate.frames_choice import FramesChoice
from napari_devolearn.widgets.evaluate.run import Evaluated, Sides, iter_evaluate
from napari_devolearn.widgets.evaluate.scores import ResultBar, ScoresView, meanings_html, scores_html
from napari_devolearn.widgets.evaluate.view import EvaluateView

_TITLES = {"kind": "mistake", "iou": "IoU", "ground_truth": "in ground truth", "predicted": "in result"}


class EvaluateDock(Dock):
    """Compare labels and tracks with a ground truth; a click goes to a frame or an object."""

    def __init__(self, napari_viewer: Viewer) -> None:
        run_block = RunBlock(
            "Evaluate",
            tooltip="Compare all frames that are labelled in the ground truth.",
            cancel="Stop after the current frame; nothing is shown.",
        )
        super().__init__(napari_viewer, run_block)
        self.view: EvaluateView | None = None  # the last comparison
        self.result = Side(napari_viewer, "result", None, run_block.fail, self.native)
        self.truth = Side(napari_viewer, "ground truth", self.result, run_block.fail, self.native)
        self.markers = LayerChoice(
            napari_viewer,
            Labels,
            "Markers",
            "Labels whose objects DET, TRA and LNK count: those of TRA, if the ground truth is SEG.",
            none="the ground truth's labels",
        )
        self.frames = FramesChoice()
        self.swap = PushButton(text="Swap", tooltip="Exchange the result and the ground truth.")
        self.scores, self.table = Label(tooltip=meanings_html()), RowsTable(_TITLES)
        self.table.rows.decimals = 3
        self.bar, self.canvas = ResultBar(), ScoresView()
        splitter = QSplitter(Qt.Orientation.Vertical)
        splitter.addWidget(self.canvas)
        splitter.addWidget(self.table)
        self._connect()
        self.lay_out(
            what=[
                *self.result.choices,
                *self.truth.choices,
                row_of(self.result.folder, self.truth.folder, self.swap),
            ],
            advanced=[self.markers, self.frames.first, self.frames.last],
            result=[self.scores, self.bar, splitter],
        )

    def _connect(self) -> None:
        for choice in self.result.choices:  # all layers but the result are offered as ground truth
            for other in self.truth.choices:
                choice.changed.connect(other.reset_choices)
        self.swap.changed.connect(lambda _: self.result.swap_with(self.truth))
        self.bar.score.changed.connect(self._draw)
        self.bar.worst_frame.changed.connect(self.go_to_worst_frame)
        self.bar.worst_object.changed.connect(self.go_to_worst_object)
        self.bar.save.changed.connect(self._save)
        self.table.picked.connect(self._on_picked)
        self.canvas.frame_chosen.connect(self._on_frame_chosen)
        self.follow(self._viewer.events.theme, self._draw)
        self.clear_status_on(self.result.labels_choice, self.truth.labels_choice)
        for stop in (self.result.stop, self.truth.stop, self.canvas.stop):
            self.on_release.callback(stop)

    def check(self) -> None:
        """Labels of both sides are needed."""
        if self.result.labels_choice.layer is None or self.truth.labels_choice.layer is None:
            raise ImageFormatError(
                "Nothing to compare; choose the labels of a result and of a ground truth, or open folders."
            )

    def reset_choices(self, *given: Any) -> None:
        """Update the layer choices, and choose the tracks of the chosen labels."""
        super().reset_choices(*given)
        for side in (self.result, self.truth):
            side.match_tracks()
        markers = markers_beside(self.truth.labels_choice.layer, self.markers.layers)
        if self.markers.layer is None and markers:
            self.markers.choose(markers[0])

    @property
    def sides(self) -> Sides:
        """The chosen layers and frames."""
        truth, markers = self.truth.labels_choice.layer, self.markers.layer
        return Sides(
            result=self.result.labels_choice.layer,
            truth=truth,
            result_tracks=self.result.tracks_choice.layer,
            truth_tracks=self.truth.tracks_choice.layer,
            markers=None if markers == truth else markers,
            frames=self.frames.range,
        )

    def run(self) -> None:
        """Compare the chosen layers."""
        if not self.running and not self.missing():
            self.start(partial(iter_evaluate, self.sides), "Opening…")

    def go_to_worst_frame(self) -> None:
        """Go to the frame with the lowest score."""
        if self.view is not None:
            self.view.go_to_worst_frame(self.bar.score.value)

    def go_to_worst_object(self) -> None:
        """Go to the first object in the table of the worst."""
        if self.view is not None and len(self.view.evaluated.objects):
            self.view.go_to_object(0)
            self.table.mark(0)

    def release(self) -> None:
        """Release the view, too."""
        super().release()
        if self.view is not None:
            self.view.release()

    def on_step(self, step: int | Evaluated | None) -> None:
        """Show the progress of the comparison, and its result."""
        if step is None:
            self.run_block.step()
        elif isinstance(step, Evaluated):
            self._show(step)
        else:
            self.run_block.expect(step, "Comparing…")

    def _show(self, evaluated: Evaluated) -> None:
        if self.view is not None:
            self.view.release()
            self.view.remove_layers()
        self.view = EvaluateView(self._viewer, evaluated)
        self.view.moved.connect(self.canvas.put_cursor)
        self.scores.value = scores_html(evaluated.total)
        words = evaluated.objects["kind"].str.replace("_", " ")
        self.table.rows.set_table(evaluated.objects.assign(kind=words), ["frame", *_TITLES])
        self.bar.enabled = True
        compared = f"{counted(len(evaluated.by_frame), 'frame')} compared"
        self.outcome = "; ".join([compared, *evaluated.notes]) + "."
        self._draw()
        self.view.refresh()

    def _draw(self, *_: Any) -> None:
        if self.view is not None:
            scores = self.view.evaluated.by_frame
            self.canvas.show_scores(scores, self.bar.score.value, plot_theme(self._viewer))

    def _on_frame_chosen(self, frame: int) -> None:
        if self.view is not None:
            self.view.go_to_frame(frame)

    def _on_picked(self, row: int) -> None:
        if self.view is not None:
            self.view.go_to_object(row)

    def _save(self) -> None:
        if self.view is not None:
            write = partial(save_scores, report=self.view.evaluated.report, overwrite=True)
            ask_and_save(self.run_block, "Save the scores", "scores.json", write, f"JSON (*.json);;{TABLE}")
