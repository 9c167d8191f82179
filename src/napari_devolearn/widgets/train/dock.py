"""The Train dock: from corrected labels to a model that the Segment dock offers."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

from magicgui.widgets import FloatSpinBox, PushButton, SpinBox
from napari.viewer import Viewer
from qtpy.QtWidgets import QFileDialog

from napari_devolearn.exceptions import DevolearnError, message_of
from napari_devolearn.models.registry import find_model
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.training.fit.report import EpochReport
from napari_devolearn.training.learn import model_of_run
from napari_devolearn.training.run.curves import draw_scores
from napari_devolearn.training.run.run_files import check_folder
from napari_devolearn.widgets.common.figure_view import FigureView
from napari_devolearn.widgets.common.form.dock import Dock
from napari_devolearn.widgets.common.form.layout import row_of
from napari_devolearn.widgets.common.form.model_choice import DeviceChoice, ModelChoice
from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.form.settings import restore_settings
from napari_devolearn.widgets.common.form.tabs import open_dock
from napari_devolearn.widgets.common.view import plot_theme
from napari_devolearn.widgets.common.worker import show_failure
from napari_devolearn.widgets.train.data import TrainingData
from napari_devolearn.widgets.train.run import Progress, Request, iter_training, summary


class TrainDock(Dock):
    """Fine-tune a model on an image and its labels, or on a folder of training data."""

    def __init__(self, napari_viewer: Viewer) -> None:
        run_block = RunBlock(
            "Train…",
            tooltip="Choose a folder for the model, and train.",
            cancel="Stop after the current step; the best epoch so far is kept.",
            keeps="Completed epochs are kept.",
        )
        super().__init__(napari_viewer, run_block)
        self.reports: list[EpochReport] = []  # of the last training, those of the initial weights first
        self.out: Path | None = None  # its folder
        self._request: Request | None = None
        self.data = TrainingData(napari_viewer)
        self.model = ModelChoice(
            ("nucleus", "membrane", "neuron", "embryo"),
            "Models (*.json *.pt *.pth)",
            _read_spec,
            tooltip="The initial model. Its pixel size, normalisation and outputs are kept.",
        )
        self.epochs = SpinBox(
            value=12,
            min=1,
            max=1000,
            label="Epochs",
            tooltip="Maximum; training stops after 4 epochs without a better score.",
        )
        self.replay = FloatSpinBox(
            value=1.0,
            min=0.0,
            max=10.0,
            step=0.5,
            label="Drawn images",
            tooltip="Simulated embryos per own image, so that the model keeps its accuracy on other images.",
        )
        self.device = DeviceChoice()
        self.progress = Progress(self.native)
        self.curve = FigureView(260, 150, "Score of each epoch")
        self.resume_button = PushButton(text="Resume…", tooltip="Resume an interrupted training.")
        self.use_button = PushButton(
            text="Use in Segment", tooltip="Choose the trained model in the Segment dock.", enabled=False
        )
        self.lay_out(
            what=self.data.controls,
            with_what=[self.model],
            how=[self.epochs],
            advanced=[self.replay, self.device],
            result=[self.curve, row_of(self.resume_button, self.use_button)],
        )
        restore_settings("train", model=self.model, epochs=self.epochs, device=self.device)
        self.resume_button.changed.connect(self._ask_and_resume)
        self.use_button.changed.connect(self.use_model)
        self.progress.moved.connect(self._on_step)
        data = self.data
        self.clear_status_on(data.image, data.labels, data.known, data.folder, self.model)
        self.follow(napari_viewer.events.theme, self._draw)
        self.on_release.callback(self.curve.stop)
        self.on_release.callback(self._leave)

    def check(self) -> None:
        """Training data are needed."""
        self.data.check()

    def run(self) -> None:
        """Ask for a folder, and train."""
        chosen, _ = QFileDialog.getSaveFileName(self.native, "Folder for the trained model", "my-model")
        if chosen:
            self.train(Path(chosen))

    def train(self, out: Path) -> None:
        """Train on the chosen data, into a folder, new or empty, whose name becomes that of the model."""
        if self.running or self.missing():
            return
        options = {
            "start": self.model.value,
            "epochs": self.epochs.value,
            "replay": float(self.replay.value),
            "device": self.device.value,
        }
        self._start(self.data.request(out, options))

    def resume(self, out: Path) -> None:
        """Resume the training in a folder."""
        if not self.running:
            options = {"resume": True, "device": self.device.value}
            self._start(Request(out=out, images=self.data.path, options=options))

    def use_model(self) -> Any:
        """Choose the trained model in the Segment dock."""
        if self.out is None:
            return None
        dock = open_dock(self._viewer, "Segment")
        dock.choice.model.add_file(model_of_run(self.out))
        return dock

    def on_step(self, step: EpochReport) -> None:
        """Show the scores of another epoch."""
        self.reports.append(step)
        self.run_block.status.value = f"Training… {summary(self.reports)}"
        self._draw()

    def finish(self) -> str:
        """Outcome of the training."""
        return summary(self.reports) if self.reports else "Nothing was trained."

    def over(self) -> None:
        """Stop the thread within a step, and offer to resume the training or to use its model."""
        self._leave()
        self.resume_button.enabled = True
        self.use_button.enabled = bool(self.reports)

    def _leave(self) -> None:
        if self._request is not None:
            self._request.leave.set()

    def _start(self, request: Request) -> None:
        try:
            check_folder(request.out, resume="resume" in request.options)
        except DevolearnError as error:  # the last training stays as it was
            show_failure(error)
            self.run_block.show_status(message_of(error))
            return
        self._request, self.out, self.reports = request, request.out, []
        self.use_button.enabled = self.resume_button.enabled = False
        self.start(
            partial(iter_training, request, self.progress),
            "Reading images, simulating others, and scoring the initial model…",
            inputs=(),
        )

    def _on_step(self, done: int, total: int) -> None:
        if self.running and total:
            if not self.run_block.done:
                self.run_block.expect(total - done + 1, self.run_block.text)
            self.run_block.step()

    def _draw(self, *_: Any) -> None:
        if self.reports:
            dark = plot_theme(self._viewer) == "dark"
            self.curve.draw(partial(draw_scores, reports=tuple(self.reports), dark=dark))

    def _ask_and_resume(self) -> None:
        title = "Folder of the training to resume"
        chosen = QFileDialog.getExistingDirectory(self.native, title, str(self.out or ""))
        if chosen:
            self.resume(Path(chosen))


def _read_spec(path: Path) -> ModelSpec | None:
    return find_model(path).spec if path.suffix == ".json" else None
