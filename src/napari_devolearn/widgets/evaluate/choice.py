"""The compared labels and tracks: of a result and of the ground truth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

from magicgui.widgets import PushButton
from napari.components import ViewerModel
from napari.layers import Labels, Layer, Tracks
from npe2 import PluginManager
from qtpy.QtCore import QObject
from qtpy.QtWidgets import QFileDialog

from napari_devolearn.exceptions import CTCFormatError
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.layers import has_time, notes_of
from napari_devolearn.widgets.common.worker import Job
from napari_devolearn.widgets.tracks.layers import tracks_of

_TRUTH = re.compile(r"truth|true|(^|_)GT\b|_ST\b|man_(seg|track)|manual|reference", re.IGNORECASE)
"""Common names of a ground truth."""


class Side(QObject):
    """Labels of one side, their tracks, and a button that opens a folder of both.

    `title` is ``"result"`` or ``"ground truth"``; the labels and tracks of the `other` side cannot be chosen
    here; `fails` is called with an error.
    """

    def __init__(
        self,
        viewer: ViewerModel,
        title: str,
        other: Side | None,
        fails: Callable[[Exception], object],
        parent: QObject,
    ) -> None:
        super().__init__(parent)
        self._viewer, self._title = viewer, title
        self._job = Job(self)
        self._job.stepped.connect(self._add)
        self._job.failed.connect(fails)
        self._job.failed.connect(self._on_opened)
        self._job.ended.connect(self._on_opened)
        name = title.capitalize()
        self.labels_choice = _SideChoice(viewer, title, other)
        self.tracks_choice = LayerChoice(
            viewer,
            Tracks,
            f"{name} tracks",
            f"The tracks of the {title}; TRA, LNK and division scores need tracks on both sides.",
            fits=lambda layer: other is None or layer != other.tracks_choice.layer,
            none="no tracks",
        )
        self.folder = PushButton(
            text=f"Open {title}…",
            tooltip=f"Open the {title} from a folder of masks, such as 01_RES or 01_GT.",
        )
        self.labels_choice.changed.connect(lambda _: self.tracks_choice.choose(None))
        self.labels_choice.changed.connect(self.match_tracks)
        self.folder.changed.connect(self._ask)

    @property
    def choices(self) -> list[Any]:
        """Both choices, for a dock."""
        return [self.labels_choice, self.tracks_choice]

    def match_tracks(self) -> None:
        """Choose the tracks that came from the same file as the labels, or that lie on them."""
        labels = self.labels_choice.layer
        tracks = self.tracks_choice.layers
        if labels is None or self.tracks_choice.layer is not None or not tracks:
            return
        if not notes_of(labels).get("linked", True):  # of a run: its numbers do not last over time
            return
        source = _source(labels)
        same = [layer for layer in tracks if source and _source(layer) == source]
        found = same[0] if len(same) == 1 else None
        if found is None and has_time(labels):
            found = tracks_of(labels, tracks)
        self.tracks_choice.choose(found)

    def swap_with(self, other: Side) -> None:
        """Exchange the labels of both sides."""
        own, its = self.labels_choice.layer, other.labels_choice.layer
        if own is not None and its is not None:
            self.labels_choice.choose(its)
            other.labels_choice.choose(own)

    def open_folder(self, folder: Path) -> None:
        """Open a folder with this package's reader, in a thread, and choose its layers."""
        if not self._job.running:
            self.folder.enabled = False
            self._job.start(partial(_iter_read, folder))

    def stop(self) -> None:
        """Stop opening a folder."""
        self._job.stop()

    def _ask(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self.labels_choice.native, f"Open the {self._title}")
        if chosen:
            self.open_folder(Path(chosen))

    def _add(self, layers: Any) -> None:
        added = [self._viewer.add_layer(Layer.create(*data)) for data in layers]
        labels = [layer for layer in added if layer in self.labels_choice.layers]
        shapes = [layer for layer in labels if not is_marker(layer)]  # of 01_GT, SEG has the shapes
        if labels:
            self.labels_choice.choose((shapes or labels)[0])
        if tracks := [layer for layer in added if layer in self.tracks_choice.layers]:
            self.tracks_choice.choose(tracks[0])

    def _on_opened(self, *_: object) -> None:
        self.folder.enabled = True


class _SideChoice(LayerChoice):
    """Labels of a side; the default depends on their names, which usually tell a ground truth."""

    def __init__(self, viewer: ViewerModel, title: str, other: Side | None) -> None:
        self._is_truth = title != "result"
        super().__init__(
            viewer,
            Labels,
            title.capitalize(),
            f"The labels of the {title}.",
            fits=lambda layer: (
                (other is None or layer != other.labels_choice.layer) and not notes_of(layer).get("mistakes")
            ),
        )

    def _best(self, layers: list[Any]) -> Any:
        ordered = self._preferred(layers)
        fitting = [layer for layer in ordered if bool(_TRUTH.search(layer.name)) == self._is_truth]
        return next(iter(fitting or ordered[:: -1 if self._is_truth else 1]), None)


def is_marker(layer: Layer) -> bool:
    """Whether a layer is the ground truth for tracking (``TRA``), whose objects are markers, not shapes."""
    return "TRA" in layer.name.upper()


def markers_beside(truth: Layer | None, layers: Iterable[Any]) -> list[Any]:
    """Find the markers next to the shapes of a ground truth, as ``TRA`` next to ``SEG`` in ``01_GT``."""
    if truth is None or is_marker(truth):
        return []
    folder = truth.name.split("/")[0]
    return [layer for layer in layers if layer.name.split("/")[0] == folder and is_marker(layer)]


def _source(layer: Layer) -> str:
    return str(notes_of(layer).get("source", ""))


def _iter_read(folder: Path) -> Iterator[object]:
    # by its command, because widgets and plugin do not import each other
    read = PluginManager.instance().commands.get("napari-devolearn.read")(str(folder))
    layers = [data for data in read(str(folder)) if data[2] != "image"] if read is not None else []
    if not layers:
        raise CTCFormatError(
            f"{folder}: no masks in this folder; choose a folder of masks, such as 01_RES or 01_GT"
        )
    yield layers
