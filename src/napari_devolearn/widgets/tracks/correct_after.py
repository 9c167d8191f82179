"""What corrections are good for: the rest is linked anew around them, and a model is trained on them."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
from qtpy.QtWidgets import QApplication, QFileDialog, QFormLayout, QPushButton, QVBoxLayout, QWidget

from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.tracking.edit import Corrections
from napari_devolearn.tracking.relink import iter_relink
from napari_devolearn.widgets.common.calibration import voxel_size_of
from napari_devolearn.widgets.common.layers_box import ImageBox, LabelsBox
from napari_devolearn.widgets.common.scope import pixels_of
from napari_devolearn.widgets.common.worker import show_failure
from napari_devolearn.widgets.tracks.correct_work import CorrectWork
from napari_devolearn.widgets.tracks.track_layers import add_track_layers
from napari_devolearn.widgets.tracks.track_run import (
    FrameDone,
    LinkedLayer,
    StillLinking,
    iter_shown,
    movie_of,
    points_of_frame,
    sorted_points,
)
from napari_devolearn.widgets.tracks.track_state import TrackState

if TYPE_CHECKING:
    from napari.layers import Labels
    from napari.viewer import Viewer

    from napari_devolearn._types import VoxelSize


class Saved(NamedTuple):
    """Corrected frames that were written: where, and how many."""

    folder: Path
    frames: int


class AfterCorrecting(QWidget):
    """Two buttons, each with the layer that it needs.

    Parameters
    ----------
    viewer : napari.viewer.Viewer
    work : CorrectWork
    labels : callable
        Gives the labels that are corrected, or None.
    """

    def __init__(self, viewer: Viewer, work: CorrectWork, labels: Callable[[], Labels | None]) -> None:
        super().__init__()
        self._viewer, self._work, self._labels = viewer, work, labels
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
        for button in (self.relink_button, self.train_button):
            work.busy.connect(button.setDisabled)

    def relink(self) -> None:
        """Link what was not corrected anew, and show both as new layers."""
        self._with_state(self._relink)

    def save(self, folder: Path) -> None:
        """Write the corrected frames, and say how to train on them."""
        self._with_state(lambda state: self._save(state, folder))

    def _with_state(self, then: Callable[[TrackState], None]) -> None:
        def safely(state: TrackState) -> None:
            try:
                then(state)
            except DevolearnError as error:
                show_failure(error)

        try:
            self._work.with_state(self._labels(), safely)
        except DevolearnError as error:
            show_failure(error)

    def _relink(self, state: TrackState) -> None:
        labels = self.source_box.labels or state.labels
        shape, found = state.corrections.labels.shape, movie_of(labels).shape
        if found != shape:
            raise DevolearnError(
                f"{labels.name}: is of shape {found}, what was corrected of {shape}; choose labels of the "
                "same movie"
            )
        size, whole = voxel_size_of(state.labels), pixels_of(state.labels).shape
        steps = partial(_iter_relink, movie_of(labels), state.corrections, size, whole)
        self._work.start(steps, "Linking…", partial(self._show, state), expected=shape[0])

    def _save(self, state: TrackState, folder: Path) -> None:
        image = self.image_box.image
        if image is None:
            raise DevolearnError("no image to train on: open the movie that the labels belong to")
        frames = state.corrections.edited_frames
        movies, size = (pixels_of(image), pixels_of(state.labels)), voxel_size_of(state.labels)
        steps = partial(_iter_save, folder, *movies, frames, size)
        self._work.start(steps, f"Writing {len(frames)} frames…", self._say_saved, can_cancel=False)

    def _say_saved(self, saved: object) -> str:
        folder, frames = saved if isinstance(saved, Saved) else Saved(Path(), 0)
        root, pairs, run = (shlex.quote(f"{folder}{end}") for end in ("", "_pairs", "_run"))
        commands = f"napari-devolearn prepare {root} -o {pairs} && napari-devolearn train {pairs} -o {run}"
        if (clipboard := QApplication.clipboard()) is not None:
            clipboard.setText(commands)
        return f"{folder}: {frames} frames. To train on them, in a terminal: {commands}"

    def let_go(self) -> None:
        """Follow the viewer no longer."""
        self.source_box.forget_viewer()
        self.image_box.forget_viewer()

    def _show(self, state: TrackState, linked: object) -> str:
        if not isinstance(linked, LinkedLayer):
            return ""
        name = state.labels.name
        labels, tracks = add_track_layers(self._viewer, state.labels, linked)
        labels.name, tracks.name = f"{name} relinked", f"{name} relinked tracks"
        tracks.metadata["devolearn"]["corrected"] = state.corrections.corrected
        state.layer.visible = False
        return f"{len(linked.tracks.rows)} tracks, {len(state.corrections.edited)} of them kept as corrected."

    def _choose_folder(self) -> None:
        chosen, _ = QFileDialog.getSaveFileName(self, "Folder for the corrected frames", "corrected")
        if chosen:
            self.save(Path(chosen))


def _iter_relink(
    source: Any, corrections: Corrections, voxel_size: VoxelSize | None, shape: tuple[int, ...]
) -> Iterator[FrameDone | StillLinking | LinkedLayer]:
    movie = np.array(source)  # its own, as nobody corrects while it works, but somebody may paint
    steps = iter_relink(movie, corrections, voxel_size)
    labels, tracks = yield from iter_shown(steps, len(movie))
    points = [points_of_frame(t, frame) for t, frame in enumerate(labels)]
    yield LinkedLayer(labels.reshape(shape), tracks, sorted_points(points))


def _iter_save(
    folder: Path, image: Any, labels: Any, frames: list[int], voxel_size: VoxelSize | None
) -> Iterator[Saved]:
    from napari_devolearn.training.data.corrections import write_corrections

    write_corrections(folder, image, labels, frames, voxel_size=voxel_size)
    yield Saved(folder, len(frames))
