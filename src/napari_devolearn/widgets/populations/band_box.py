"""The band of real embryos: shown or not, shifted, stretched, fitted."""

from __future__ import annotations

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QCheckBox, QDoubleSpinBox, QHBoxLayout, QLabel, QPushButton, QWidget

from napari_devolearn.lineage.clock import Clock


class BandBox(QWidget):
    """The clock by which real embryos are laid beside a movie.

    Parameters
    ----------
    parent : QWidget

    Attributes
    ----------
    changed : Signal
        Another clock, or none, than before.
    fit : QPushButton
        Asks for a clock fitted to the curves.
    by_hand : bool
        A person has set the clock, so that nothing else should.
    """

    changed = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.shown = QCheckBox("Real embryos", self)
        self.shown.setToolTip("Mean and spread of real embryos (EPIC) behind the curves, and the age above.")
        self.shown.setChecked(True)
        self.start = _spin((-1000, 1000), 1, " min", "Age in frame 0, in minutes since AB divided: shifts.")
        self.speed = _spin((0.01, 100), 0.05, " min/frame", "Minutes of age a frame: stretches.")
        self.speed.setValue(1)
        self.fit = QPushButton("Fit", self)
        self.fit.setToolTip("Lay the band where the decoded curves say that the embryo is.")
        self.by_hand = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        for widget in (self.shown, QLabel("from"), self.start, self.speed, self.fit):
            row.addWidget(widget)
        self.shown.toggled.connect(self._on_shown)
        for spin in (self.start, self.speed):
            spin.valueChanged.connect(self._on_typed)

    @property
    def clock(self) -> Clock | None:
        """The clock; None where no band is wanted."""
        if not self.shown.isChecked():
            return None
        return Clock(start=self.start.value(), speed=self.speed.value())

    def show_clock(self, clock: Clock) -> None:
        """Take a clock that was fitted."""
        for spin, value in ((self.start, clock.start), (self.speed, clock.speed)):
            spin.blockSignals(True)
            spin.setValue(value)
            spin.blockSignals(False)
        self.by_hand = False
        self.changed.emit()

    def _on_shown(self) -> None:
        for widget in (self.start, self.speed, self.fit):
            widget.setEnabled(self.shown.isChecked())
        self.changed.emit()

    def _on_typed(self) -> None:
        self.by_hand = True
        self.changed.emit()


def _spin(limits: tuple[float, float], step: float, suffix: str, tip: str) -> QDoubleSpinBox:
    spin = QDoubleSpinBox()
    spin.setRange(*limits)
    spin.setSingleStep(step)
    spin.setSuffix(suffix)
    spin.setToolTip(tip)
    spin.setDecimals(2 if limits[0] > 0 else 0)
    return spin
