"""What to compare: labels and tracks of a result and of the truth, layers or folders that become layers."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QFileDialog, QFormLayout, QHBoxLayout, QLabel, QPushButton, QSpinBox, QWidget

from napari_devolearn.exceptions import CTCFormatError
from napari_devolearn.widgets.common.layers_box import LabelsBox, TracksBox
from napari_devolearn.widgets.common.worker import Job, show_failure
from napari_devolearn.widgets.evaluate.run import Sides

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Labels, Layer

_END = -1
"""Stands for the last frame."""


class SideBox(QWidget):
    """Labels of one side, their tracks, and a button to open a folder of both.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    title : str
        Of the side, for people.

    Attributes
    ----------
    markers_opened : Signal
        A folder held labels of presence, too, beside those of shapes (napari.layers.Labels).
    """

    markers_opened = Signal(object)

    def __init__(self, viewer: ViewerModel, title: str) -> None:
        super().__init__()
        self._viewer, self._title = viewer, title
        self._job: Job | None = None
        self.labels_box = LabelsBox(viewer)
        self.tracks_box = TracksBox(viewer, none="no tracks")
        self.folder = QPushButton("Folder…")
        self.labels_box.setToolTip(f"The labels of the {title}.")
        self.tracks_box.setToolTip(f"The tracks of the {title}: TRA, LNK and divisions need those of both.")
        self.folder.setToolTip(f"Open the {title} from a folder of masks, such as 01_RES or 01_GT.")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.labels_box, self.tracks_box, self.folder):
            row.addWidget(widget, int(widget is not self.folder))
        self.labels_box.chosen.connect(self._choose_tracks)
        self.folder.clicked.connect(self._ask)

    def open_folder(self, folder: Path) -> None:
        """Open a folder with this package's reader, in a thread, and choose what it holds."""
        if self._job is None:
            self.folder.setEnabled(False)
            self._job = Job(partial(_iter_read, folder), self)
            self._job.stepped.connect(self._add)
            self._job.failed.connect(show_failure)
            self._job.ended.connect(self._on_opened)
            self._job.start()

    def forget_viewer(self) -> None:
        """Follow the viewer no longer."""
        for box in (self.labels_box, self.tracks_box):
            box.forget_viewer()
        if self._job is not None:
            self._job.stop()

    def _ask(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, f"Open the {self._title}")
        if chosen:
            self.open_folder(Path(chosen))

    def _add(self, layers: Any) -> None:
        from napari.layers import Layer

        added = [self._viewer.add_layer(Layer.create(*data)) for data in layers]
        labels = [layer for layer in added if layer in self.labels_box.layers]
        markers = [layer for layer in labels if "TRA" in layer.name.upper()]
        shapes = [layer for layer in labels if layer not in markers]  # of 01_GT, SEG has the shapes
        if labels:
            self.labels_box.choose((shapes or labels)[0])
        if shapes and markers:
            self.markers_opened.emit(markers[0])
        if tracks := [layer for layer in added if layer in self.tracks_box.layers]:
            self.tracks_box.choose(tracks[0])

    def _on_opened(self) -> None:
        self._job = None
        self.folder.setEnabled(True)

    def _choose_tracks(self, labels: Layer | None) -> None:
        """Take the tracks that came from the same place, if there is one such layer."""
        if labels is not None and (source := _source(labels)):
            same = [layer for layer in self.tracks_box.layers if _source(layer) == source]
            if len(same) == 1:
                self.tracks_box.choose(same[0])


class Choice(QWidget):
    """Both sides, markers, and a range of frames.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    """

    def __init__(self, viewer: ViewerModel) -> None:
        super().__init__()
        self._viewer = viewer
        self.result, self.truth = SideBox(viewer, "result"), SideBox(viewer, "truth")
        self.markers_box = LabelsBox(viewer, none="the truth's own labels")
        self.markers_box.setToolTip(
            "What DET, TRA and LNK count objects by: the TRA labels where the shapes are those of SEG."
        )
        self.truth.markers_opened.connect(self.markers_box.choose)
        self.first, self.last = _number(0), _number(_END)
        self.last.setSpecialValueText("the last")
        form = QFormLayout(self)
        form.setContentsMargins(0, 0, 0, 0)
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Result", self.result)
        form.addRow("Truth", self.truth)
        form.addRow("Markers", self.markers_box)
        frames = QWidget()
        row = QHBoxLayout(frames)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.first, QLabel("to"), self.last):
            row.addWidget(widget, int(isinstance(widget, QSpinBox)))
        form.addRow("Frames", frames)
        viewer.layers.events.inserted.connect(self._choose_two, position="last")  # once the boxes list it
        self._choose_two()

    @property
    def sides(self) -> Sides:
        """What is chosen.

        Raises
        ------
        CTCFormatError
            If a side is not, or the two are the same layer.
        """
        result, truth = self.result.labels_box.labels, self.truth.labels_box.labels
        if result is None or truth is None or result == truth:
            raise CTCFormatError(
                "nothing to compare: choose the labels of a result and, as truth, others; Folder… opens them"
            )
        first, last = chosen = self.first.value(), self.last.value()
        return Sides(
            result=result,
            truth=truth,
            found=self.result.tracks_box.tracks,
            true=self.truth.tracks_box.tracks,
            markers=self._markers(truth),
            frames=None if chosen == (0, _END) else (first, None if last == _END else last + 1),
        )

    def forget_viewer(self) -> None:
        """Follow the viewer no longer."""
        self._viewer.layers.events.inserted.disconnect(self._choose_two)
        for one in (self.result, self.truth, self.markers_box):
            one.forget_viewer()

    def _choose_two(self) -> None:
        """Take another layer for the truth than for the result, as soon as there is one."""
        result, truth = self.result.labels_box, self.truth.labels_box
        others = [layer for layer in truth.layers if layer != result.labels]
        if others and truth.labels == result.labels:
            truth.choose(others[0])

    def _markers(self, truth: Labels) -> Labels | None:
        markers = self.markers_box.labels
        return None if markers == truth else markers


def _number(least: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(least, 99_999)
    spin.setValue(least)
    spin.setToolTip("Numbers of the frames to compare; by default all that the truth has.")
    return spin


def _source(layer: Layer) -> str:
    return str(layer.metadata.get("devolearn", {}).get("source", ""))


def _iter_read(folder: Path) -> Iterator[object]:
    from npe2 import PluginManager

    # by its command, not by an import: widgets and plugin do not see each other
    read = PluginManager.instance().commands.get("napari-devolearn.read")(str(folder))
    layers = [data for data in read(str(folder)) if data[2] != "image"] if read is not None else []
    if not layers:
        raise CTCFormatError(f"{folder}: holds no masks; choose 01_RES, 01_GT or a folder like these")
    yield layers
