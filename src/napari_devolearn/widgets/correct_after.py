"""What corrections are good for: the rest is linked anew around them, and a model is trained on them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
from qtpy.QtWidgets import QApplication, QFileDialog, QFormLayout, QPushButton, QVBoxLayout, QWidget

from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.tracking.history import TrackedLabels
from napari_devolearn.tracking.relink import relink
from napari_devolearn.widgets.calibration import voxel_size_of
from napari_devolearn.widgets.layers_box import ImageBox, LabelsBox
from napari_devolearn.widgets.scope import pixels_of
from napari_devolearn.widgets.track_layers import add_track_layers
from napari_devolearn.widgets.track_run import LinkedLayer, movie_of, points_of_frame, sorted_points
from napari_devolearn.widgets.track_state import TrackState
from napari_devolearn.widgets.worker import Job, show_failure

if TYPE_CHECKING:
    from napari.viewer import Viewer

    from napari_devolearn._types import VoxelSize


class AfterCorrecting(QWidget):
    """Two buttons, each with the layer that it needs.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
    state : callable
        Gives the labels and tracks that are corrected; raises DevolearnError where there are none.
    say : callable
        Takes what is to be told.
    """

    def __init__(self, viewer: Viewer, state: Callable[[], TrackState], say: Callable[[str], None]) -> None:
        super().__init__()
        self._viewer, self._state, self._say = viewer, state, say
        self._job: Job | None = None
        self.source_box = LabelsBox(viewer, none="these labels")
        self.source_box.setToolTip("Labels to link anew, such as a better segmentation of the same movie.")
        self.image_box = ImageBox(viewer)
        self.image_box.setToolTip("The movie that the labels belong to.")
        self.relink_button, self.train_button = (
            QPushButton("Relink the rest"),
            QPushButton("Save to train on…"),
        )
        self.relink_button.setToolTip(
            "Link anew, as new layers; corrected tracks stay as they are, with their mothers and daughters."
        )
        self.relink_button.clicked.connect(lambda: self.relink())
        self.train_button.setToolTip(
            "Write the frames that were corrected, with their images, as a data set; the commands that train "
            "on it go to the clipboard."
        )
        self.train_button.clicked.connect(lambda: self._choose_folder())
        layout, form = QVBoxLayout(self), QFormLayout()
        layout.setContentsMargins(0, 0, 0, 0)
        for text, widget in (("Relink", self.source_box), ("Image", self.image_box)):
            form.addRow(text, widget)
        layout.addLayout(form)
        layout.addWidget(self.relink_button)
        layout.addWidget(self.train_button)

    def relink(self) -> None:
        """Link what was not corrected anew, and show both as new layers."""
        if self._job is not None:
            return
        try:
            state = self._state()
            movie = self._source(state)
        except DevolearnError as error:
            show_failure(error)
            return
        corrections = state.corrections
        kept = TrackedLabels(
            corrections.labels.copy(), corrections.tracks, dict(corrections.known), set(corrections.edited)
        )
        self._say("Linking…")
        self.relink_button.setEnabled(False)
        steps = partial(_iter_relink, movie, kept, voxel_size_of(state.labels), pixels_of(state.labels).shape)
        self._job = Job(steps, self)
        self._job.stepped.connect(lambda linked: self._show(state, linked))
        self._job.failed.connect(show_failure)
        self._job.ended.connect(self._on_end)
        self._job.start()

    def save(self, folder: Path) -> None:
        """Write the corrected frames, and say how to train on them."""
        from napari_devolearn.training.corrections import write_corrections

        try:
            state, image = self._state(), self.image_box.image
            if image is None:
                raise DevolearnError("no image to train on: open the movie that the labels belong to")
            write_corrections(
                folder,
                pixels_of(image),
                pixels_of(state.labels),
                state.corrections.edited_frames,
                voxel_size=voxel_size_of(state.labels),
            )
        except (DevolearnError, ValueError) as error:
            show_failure(error)
            return
        root, pairs, run = (shlex.quote(f"{folder}{end}") for end in ("", "_pairs", "_run"))
        commands = f"napari-devolearn prepare {root} -o {pairs} && napari-devolearn train {pairs} -o {run}"
        if (clipboard := QApplication.clipboard()) is not None:
            clipboard.setText(commands)
        frames = len(state.corrections.edited_frames)
        self._say(f"{folder}: {frames} frames. To train on them, in a terminal: {commands}")

    def let_go(self) -> None:
        """Follow the viewer no longer."""
        job, self._job = self._job, None
        if job is not None:
            job.stop()
        self.source_box.forget_viewer()
        self.image_box.forget_viewer()

    def _source(self, state: TrackState) -> npt.NDArray[Any]:
        labels = self.source_box.labels or state.labels
        movie = np.asarray(movie_of(labels))
        if movie.shape != state.corrections.labels.shape:
            raise DevolearnError(
                f"{labels.name}: is of shape {movie.shape}, what was corrected of "
                f"{state.corrections.labels.shape}; choose labels of the same movie"
            )
        return movie

    def _show(self, state: TrackState, linked: LinkedLayer) -> None:
        name = state.labels.name
        labels, tracks = add_track_layers(self._viewer, state.labels, linked)
        labels.name, tracks.name = f"{name} relinked", f"{name} relinked tracks"
        tracks.metadata["devolearn"]["corrected"] = state.corrections.corrected
        state.layer.visible = False
        self._say(
            f"{len(linked.tracks.rows)} tracks, {len(state.corrections.edited)} of them kept as corrected."
        )

    def _on_end(self) -> None:
        self._job = None
        self.relink_button.setEnabled(True)

    def _choose_folder(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Folder for the corrected frames", "corrected")
        if chosen:
            self.save(Path(chosen))


def _iter_relink(
    movie: npt.NDArray[Any], kept: TrackedLabels, voxel_size: VoxelSize | None, shape: tuple[int, ...]
) -> Iterator[LinkedLayer]:
    labels, tracks = relink(movie, kept, voxel_size)
    points = [points_of_frame(t, frame) for t, frame in enumerate(labels)]
    yield LinkedLayer(labels.reshape(shape), tracks, sorted_points(points))
