"""What can be chosen in the Lineage populations dock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import (
    QCheckBox,
    QDoubleSpinBox,
    QFormLayout,
    QHBoxLayout,
    QLabel,
    QSizePolicy,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)

from napari_devolearn.lineage.plot.look import Scale
from napari_devolearn.widgets.common.layers_box import ImageBox
from napari_devolearn.widgets.common.run_box import RunBox
from napari_devolearn.widgets.populations.band_box import BandBox
from napari_devolearn.widgets.populations.export import ExportBox
from napari_devolearn.widgets.populations.lineage_model_box import LineageModelBox
from napari_devolearn.widgets.segment.model_box import DeviceBox
from napari_devolearn.widgets.tracks.tree_dock import TracksBox

if TYPE_CHECKING:
    from napari.components import ViewerModel


class Controls(QWidget):
    """Movie, model, run, what to show, export.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    parent : QWidget

    Attributes
    ----------
    ignored : Signal
        Other frames are to be left out.
    restyled : Signal
        The same curves are to be drawn in another way.
    """

    ignored = Signal()
    restyled = Signal()

    def __init__(self, viewer: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.image_box = ImageBox(viewer)
        self.image_box.setToolTip(
            "A movie (T, Y, X), grey or RGB, or volumes (T, Z, Y, X), which are projected frame by frame."
        )
        self.tracks_box = TracksBox(viewer, none="no tracks")
        self.tracks_box.setToolTip(
            "Named tracks, as Correct tracks names them: their cells are counted too, as dashed curves."
        )
        self.model_box, self.device_box = LineageModelBox(), DeviceBox()
        self.first, self.last = _frames("beginning"), _frames("end")
        self.minutes_box = _minutes()
        self.run_box = RunBox()
        self.run_box.run.setToolTip("Count; frames that were counted before a Cancel are not counted again.")
        self.run_box.cancel.setToolTip("Stop after the present frame; what is counted stays.")
        self.log_box, self.points_box = QCheckBox("Log scale"), QCheckBox("Raw points")
        self.points_box.setChecked(True)
        self.points_box.setToolTip(
            "Each frame's own counts, as points beside the curves that were decoded from all frames together."
        )
        self.total_box = QCheckBox("Total on image")
        self.total_box.setToolTip("Write the number of cells of the frame in view on napari's canvas.")
        self.band_box, self.export_box = BandBox(), ExportBox()
        self._lay_out()
        for spin in (self.first, self.last):
            spin.valueChanged.connect(self.ignored)
        for box in (self.log_box, self.points_box):
            box.toggled.connect(self.restyled)
        self.minutes_box.valueChanged.connect(self.restyled)
        self.band_box.changed.connect(self.restyled)

    @property
    def ignore(self) -> tuple[int, int]:
        """Frames to leave out at the beginning and at the end."""
        return self.first.value(), self.last.value()

    @property
    def minutes(self) -> float | None:
        """Minutes between two frames, where known."""
        return self.minutes_box.value() or None

    @property
    def scale(self) -> Scale:
        """Of the counts."""
        return "log" if self.log_box.isChecked() else "linear"

    @property
    def points(self) -> bool:
        """Whether to show each frame's own counts."""
        return self.points_box.isChecked()

    def show_minutes(self, minutes: float | None) -> None:
        """Take what is known of another movie."""
        self.minutes_box.blockSignals(True)
        self.minutes_box.setValue(minutes or 0)
        self.minutes_box.blockSignals(False)

    def _lay_out(self) -> None:
        form = QFormLayout()
        form.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        form.addRow("Movie", self.image_box)
        form.addRow("Model", _row(self.model_box, QLabel("on"), self.device_box))
        form.addRow("Tracks", self.tracks_box)
        form.addRow("Ignore", _row(self.first, QLabel("first and"), self.last, QLabel("last frames")))
        form.addRow("Time", _row(self.minutes_box))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(form)
        layout.addWidget(self.run_box)
        layout.addWidget(_row(self.log_box, self.points_box, self.total_box))
        layout.addWidget(self.band_box)
        layout.addWidget(self.export_box)
        layout.addStretch()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)


def _row(*widgets: QWidget) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    for widget in widgets:
        layout.addWidget(widget, 0 if isinstance(widget, QLabel) else 1)
    return row


def _frames(end: str) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(0, 99_999)
    spin.setKeyboardTracking(False)
    spin.setToolTip(f"Frames at the {end} of the movie that show no embryo, and are left out.")
    return spin


def _minutes() -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setRange(0, 1000)
    spin.setDecimals(3)
    spin.setSuffix(" min a frame")
    spin.setSpecialValueText("in frames (minutes a frame unknown)")
    spin.setKeyboardTracking(False)
    spin.setToolTip("Minutes between two frames, for the column 'time' of the table; 0 leaves frames.")
    return spin
