"""Using corrections: link the remaining objects again, or train a model."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from magicgui.widgets import ComboBox, Container, PushButton, Widget
from napari.layers import Image, Labels
from napari.viewer import Viewer
from qtpy.QtWidgets import QApplication, QFileDialog

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.tracking.corrections.edit import Corrections
from napari_devolearn.tracking.corrections.relink import iter_relink
from napari_devolearn.training.data.corrections import write_corrections
from napari_devolearn.widgets.common.calibration import voxel_size_of
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.form.run_block import counted
from napari_devolearn.widgets.common.layers import pixels_of, pixels_under
from napari_devolearn.widgets.common.view import plane_in_view
from napari_devolearn.widgets.tracks.layers import add_track_layers
from napari_devolearn.widgets.tracks.linking import (
    FrameDone,
    LinkedLayer,
    iter_shown,
    movie_of,
    points_of_frame,
    sorted_points,
)
from napari_devolearn.widgets.tracks.state import TrackState
from napari_devolearn.widgets.tracks.work import TracksDock

_FRAMES = (("merged or split here", "corrected"), ("the current frame", "current"), ("all frames", "all"))


class AfterCorrecting(Container[Widget]):
    """Two buttons with their choices, which work on the labels that are chosen in a dock."""

    def __init__(self, viewer: Viewer, dock: TracksDock) -> None:
        self._viewer, self._dock = viewer, dock
        self.source = LayerChoice(
            viewer,
            Labels,
            "Relink",
            "Labels to link again, such as a better segmentation of the same movie.",
            none="these labels",
        )
        self.relink_button = PushButton(
            text="Relink the rest",
            tooltip=(
                "Link all other objects again, as new layers; corrected tracks are kept, with their "
                "mothers and daughters."
            ),
        )
        self.image = LayerChoice(viewer, Image, "Image", "The movie that the labels belong to.")
        self.frames = ComboBox(
            label="Frames",
            choices=_FRAMES,
            tooltip="Which frames to train on. After corrections with the brush, choose the current frame.",
        )
        self.train_button = PushButton(
            text="Export training data…",
            tooltip=(
                "Write these frames with their images as a data set; the training commands are copied to the "
                "clipboard."
            ),
        )
        super().__init__(
            widgets=[self.source, self.relink_button, self.image, self.frames, self.train_button]
        )
        self.margins = (0, 0, 0, 0)
        self.relink_button.changed.connect(self.relink)
        self.train_button.changed.connect(self._choose_folder)

    def relink(self) -> None:
        """Link the remaining objects again, and show the result as new layers."""
        self._dock.attempt(lambda: self._dock.with_state(self._relink))

    def save(self, folder: Path) -> None:
        """Write the chosen frames, and show how to train on them."""
        self._dock.attempt(lambda: self._save(folder, *self._to_save()))

    def _relink(self, state: TrackState) -> None:
        labels = self.source.layer or state.labels
        shape, found = state.corrections.labels.shape, movie_of(labels).shape
        if found != shape:
            raise DevolearnError(
                f"{labels.name}: has shape {found}, the corrected labels {shape}; choose labels of "
                "the same movie"
            )
        size, whole = voxel_size_of(state.labels), pixels_of(state.labels).shape
        steps = partial(_iter_relink, movie_of(labels), state.corrections, size, whole)
        self._dock.begin(steps, "Linking…", partial(self._show, state), expected=shape[0])

    def _to_save(self) -> tuple[Labels, Any, list[int]]:
        """Labels, pixels and frames to write; checked before the folder is asked for."""
        labels, image = self._dock.labels_choice.layer, self.image.layer
        if labels is None:
            raise DevolearnError("no labels to train on; open or segment a movie first")
        if image is None:
            raise DevolearnError("no image to train on; open the movie that the labels belong to")
        if self.frames.value == "corrected":
            state = self._dock.state
            frames = state.corrections.edited_frames if state is not None and state.labels == labels else []
            if not frames:
                raise DevolearnError(
                    f"{labels.name}: nothing was merged or split in this dock; after other corrections "
                    "choose the current frame or all frames under Frames"
                )
        else:
            frames = list(range(len(movie_of(labels))))
            if self.frames.value == "current":
                frames = [plane_in_view(self._viewer, labels)[0]]
        return labels, pixels_under(labels, image), frames

    def _save(self, folder: Path, labels: Labels, pixels: Any, frames: list[int]) -> None:
        size = voxel_size_of(labels)

        def steps() -> Iterator[int]:
            write_corrections(folder, pixels, pixels_of(labels), frames, voxel_size=size)
            yield len(frames)

        show = partial(_show_saved, folder)
        self._dock.begin(steps, f"Writing {counted(len(frames), 'frame')}…", show, can_cancel=False)

    def _show(self, state: TrackState, linked: LinkedLayer) -> str:
        name = state.labels.name
        labels, tracks = add_track_layers(self._viewer, state.labels, linked)
        labels.name, tracks.name = f"{name} relinked", f"{name} relinked tracks"
        tracks.metadata["devolearn"]["corrected"] = state.corrections.corrected
        state.layer.visible = False
        edited = len(state.corrections.edited)
        return f"{counted(len(linked.tracks.rows), 'track')}, {edited} of them corrected and kept."

    def _choose_folder(self) -> None:
        def ask() -> None:
            chosen = self._to_save()
            folder, _ = QFileDialog.getSaveFileName(self.native, "Folder for the training data", "corrected")
            if folder:
                self._save(Path(folder), *chosen)

        self._dock.attempt(ask)


def _show_saved(folder: Path, frames: int) -> str:
    root, pairs, run = (shlex.quote(f"{folder}{end}") for end in ("", "_pairs", "_run"))
    train = f"napari-devolearn train {pairs} --from nucleus -o {run}"
    commands = f"napari-devolearn prepare {root} -o {pairs} && {train}"
    if (clipboard := QApplication.clipboard()) is not None:
        clipboard.setText(commands)
    return (
        f"{folder}: {counted(frames, 'frame')}. To train on {'it' if frames == 1 else 'them'}, choose this "
        f"folder in the Train dock, or run in a terminal: {commands}"
    )


def _iter_relink(
    source: Any, corrections: Corrections, voxel_size: VoxelSize | None, shape: tuple[int, ...]
) -> Iterator[FrameDone | LinkedLayer | None]:
    movie = np.array(source)  # a copy, because the layer may be painted on meanwhile
    steps = iter_relink(movie, corrections, voxel_size=voxel_size)
    labels, tracks = yield from iter_shown(steps, len(movie))
    points = [points_of_frame(t, frame) for t, frame in enumerate(labels)]
    yield LinkedLayer(labels.reshape(shape), tracks, sorted_points(points))
