"""The Correct tracks dock: merge, split, link, divisions and names, with undo."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

import numpy as np
from qtpy.QtWidgets import QFormLayout, QGridLayout, QLineEdit, QPushButton, QSpinBox, QVBoxLayout

from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.tracking.edit import Corrections
from napari_devolearn.widgets.common.layers_box import LabelsBox
from napari_devolearn.widgets.common.qt_dock import QtDock
from napari_devolearn.widgets.common.run_box import RunBox
from napari_devolearn.widgets.common.scope import plane_in_view
from napari_devolearn.widgets.common.worker import show_failure
from napari_devolearn.widgets.tracks.correct_after import AfterCorrecting
from napari_devolearn.widgets.tracks.correct_work import CorrectWork
from napari_devolearn.widgets.tracks.track_layers import tracks_of
from napari_devolearn.widgets.tracks.track_state import Shown, TrackState

if TYPE_CHECKING:
    from napari.viewer import Viewer

_LARGEST = 2**31 - 1


class CorrectDock(QtDock):
    """Correct labels, tracks and names in view; the three stay consistent.

    Parameters
    ----------
    napari_viewer : napari.viewer.Viewer
        napari passes it by this name.

    Attributes
    ----------
    work : CorrectWork
        Reads the labels chosen before the first correction, and corrects.
    """

    def __init__(self, napari_viewer: Viewer) -> None:
        super().__init__()
        self._viewer = napari_viewer
        self.labels_box = LabelsBox(napari_viewer)
        self.first_box, self.second_box, self.name_box = QSpinBox(), QSpinBox(), QLineEdit()
        self.run_box = RunBox()
        self.work = CorrectWork(napari_viewer, self.run_box, self)
        self.buttons = {text: QPushButton(text) for text, _, _ in self._edits()}
        self.after = AfterCorrecting(napari_viewer, self.work, lambda: self.labels_box.labels)
        self._lay_out()
        self.work.busy.connect(self._on_busy)
        self._choose_tracked()

    def _edits(self) -> tuple[tuple[str, str, Callable[[Corrections, int, int, int], object]], ...]:
        return (
            ("Merge", "In this frame, the second becomes part of the first.", _merge),
            ("Split", "In this frame, cut the first across its length.", _split),
            ("Relabel", "In this frame, the first belongs to the track of the second number.", _relabel),
            ("Link", "The first track goes on as the second.", lambda c, _, a, b: c.link(a, b)),
            ("Unlink", "From this frame on, the first is another track.", lambda c, t, a, _: c.unlink(a, t)),
            ("Add division", "The first track divides where the second begins.", _divide),
            (
                "Remove division",
                "The first track does not divide.",
                lambda c, _t, a, _b: c.remove_division(a),
            ),
            ("Set name", "Give the first track the name above; it passes down.", self._set_name),
        )

    def _lay_out(self) -> None:
        self.labels_box.setToolTip("Labels that were tracked: their Tracks layer lies beside them.")
        for box, which in ((self.first_box, "first"), (self.second_box, "second")):
            box.setRange(0, _LARGEST)
            box.setToolTip(
                f"The {which} object or track. A click on an object with napari's picker chooses it."
            )
        self.name_box.setPlaceholderText("such as ABal")
        pick = QPushButton("Take the selected label")
        pick.setToolTip("The first becomes the second, and the label selected in the layer the first.")
        pick.clicked.connect(lambda: self.take_selected())
        form = QFormLayout()
        for text, widget in (
            ("Labels", self.labels_box),
            ("First", self.first_box),
            ("Second", self.second_box),
            ("", pick),
            ("Name", self.name_box),
        ):
            form.addRow(text, widget)
        grid = QGridLayout()
        for i, (text, tip, edit) in enumerate(self._edits()):
            self.buttons[text].setToolTip(tip)
            self.buttons[text].clicked.connect(lambda _=False, edit=edit: self.apply(edit))
            grid.addWidget(self.buttons[text], i // 2, i % 2)
        self.undo_button, self.name_button = QPushButton("Undo"), QPushButton("Name all cells")
        self.undo_button.setToolTip("Take the last correction back.")
        self.undo_button.clicked.connect(lambda: self.undo())
        self.name_button.setToolTip(
            "By the names given, else by four cells, else by the best match to the average embryo."
        )
        self.name_button.clicked.connect(lambda: self.name_all())
        grid.addWidget(self.undo_button, 4, 0)
        grid.addWidget(self.name_button, 4, 1)
        self.run_box.run.hide()
        self.run_box.cancel.setToolTip("Stop after the present frame; nothing is changed.")
        layout = QVBoxLayout(self)
        layout.addLayout(form)
        layout.addLayout(grid)
        layout.addWidget(self.after)
        layout.addWidget(self.run_box)
        layout.addStretch()

    def take_selected(self) -> None:
        """Move the selected label of the layer into the first box, and what was there into the second."""
        labels = self.labels_box.labels
        if labels is not None:
            self.second_box.setValue(self.first_box.value())
            self.first_box.setValue(int(labels.selected_label))

    @property
    def state(self) -> TrackState | None:
        """The labels, tracks and names that are corrected; None before the first correction."""
        return self.work.state

    def apply(self, edit: Callable[[Corrections, int, int, int], object]) -> None:
        """Correct, and show it; what cannot be is a notification, and changes nothing."""
        first, second = self.first_box.value(), self.second_box.value()
        labels = self.labels_box.labels
        frame = plane_in_view(self._viewer, labels)[0] if labels is not None else 0

        def correct(state: TrackState) -> None:
            steps = partial(state.iter_correct, lambda corrections: edit(corrections, frame, first, second))
            self.work.start(steps, "Correcting…", partial(_show_corrected, state), can_cancel=False)

        self._with_state(correct)

    def undo(self) -> None:
        """Take the last correction back."""
        if self.state is not None and not self.work.running and self.state.undo():
            self.run_box.end(_summary(self.state))

    def name_all(self) -> None:
        """Name all cells that names can be passed to."""

        def name(state: TrackState) -> None:
            self.work.start(state.iter_name, "Naming the cells…", partial(_show_named, state))

        self._with_state(name)

    def let_go(self) -> None:
        """Follow the viewer no longer; the layers stay."""
        self.labels_box.forget_viewer()
        self.work.stop()
        self.after.let_go()

    def _with_state(self, then: Callable[[TrackState], None]) -> None:
        try:
            self.work.with_state(self.labels_box.labels, then)
        except DevolearnError as error:
            show_failure(error)

    def _on_busy(self, busy: bool) -> None:
        for button in (*self.buttons.values(), self.undo_button, self.name_button):
            button.setEnabled(not busy)
        self.labels_box.setEnabled(not busy)

    def _set_name(self, corrections: Corrections, _frame: int, label: int, _other: int) -> None:
        corrections.name(label, self.name_box.text().strip())

    def _choose_tracked(self) -> None:
        """Begin with labels that have tracks, where there are some."""
        for labels in self.labels_box.layers:
            if tracks_of(labels, self._viewer.layers) is not None:
                self.labels_box.choose(labels)
                return


def _summary(state: TrackState) -> str:
    corrections = state.corrections
    return f"{len(corrections.tracks.rows)} tracks, {len(corrections.edited)} corrected."


def _show_corrected(state: TrackState, shown: object) -> str:
    if isinstance(shown, Shown):
        state.show(shown)
    return _summary(state)


def _show_named(state: TrackState, shown: object) -> str:
    if isinstance(shown, Shown):
        state.show(shown)
        state.layer.color_by = "founder"
    doubtful = sum(name.confidence < 0.9 for name in state.names.values())
    return f"{len(state.names)} tracks named, {doubtful} of them with confidence below 0.9."


def _merge(corrections: Corrections, frame: int, one: int, other: int) -> None:
    corrections.merge(frame, one, other)


def _relabel(corrections: Corrections, frame: int, label: int, new: int) -> None:
    corrections.relabel(frame, label, new)


def _split(corrections: Corrections, frame: int, label: int, _other: int) -> None:
    """Cut across the longest axis, at the middle."""
    at = np.argwhere(corrections.labels[frame] == label)
    middle = at.mean(axis=0) if len(at) else np.zeros(corrections.labels.ndim - 1)
    longest = np.linalg.svd(at - middle, full_matrices=False)[2][0] if len(at) > 1 else middle
    corrections.split(frame, label, (middle - longest).tolist(), (middle + longest).tolist())


def _divide(corrections: Corrections, _frame: int, mother: int, daughter: int) -> None:
    """The mother's own track goes on as the other daughter, unless it ends before."""
    rows = {row.label: row for row in corrections.tracks.rows}
    sisters = [child for child in corrections.tracks.children(mother) if child != daughter]
    goes_on = mother in rows and daughter in rows and rows[mother].end >= rows[daughter].begin
    other = mother if goes_on or not sisters else sisters[0]
    corrections.add_division(mother, (other, daughter))
