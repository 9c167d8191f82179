"""The Correct tracks dock: merge, split, link, divisions and names, with undo and redo."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from magicgui.widgets import LineEdit, PushButton, SpinBox
from napari.viewer import Viewer

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.widgets.common.form.layout import row_of
from napari_devolearn.widgets.common.form.run_block import RunBlock, counted
from napari_devolearn.widgets.common.layers import Listener
from napari_devolearn.widgets.common.view import plane_in_view
from napari_devolearn.widgets.tracks.after import AfterCorrecting
from napari_devolearn.widgets.tracks.edits import EDITS, Edit, Request
from napari_devolearn.widgets.tracks.state import Shown, TrackState
from napari_devolearn.widgets.tracks.work import TracksDock

_LARGEST = 2**31 - 1


class CorrectDock(TracksDock):
    """Correct labels, tracks and names, which stay consistent."""

    cancelled = "Cancelled; nothing was changed."

    def __init__(self, napari_viewer: Viewer) -> None:
        run_block = RunBlock(tooltip="", cancel="Stop after the current frame; nothing is changed.")
        run_block.run.visible = False
        super().__init__(napari_viewer, run_block)
        self._picked = Listener(self._on_picked, "selected_label")
        self.first, self.second = (
            SpinBox(
                label=label,
                max=_LARGEST,
                tooltip=f"Label of the object or track picked {when}: select the Labels layer, press 5 "
                "and click an object.",
            )
            for label, when in (("First", "last"), ("Second", "before that"))
        )
        self.cell_name = LineEdit(label="Cell name", tooltip="Sulston's name, such as ABal, for Set name.")
        self.buttons = {name: PushButton(text=name, tooltip=edit.tooltip) for name, edit in EDITS.items()}
        self.undo_button = PushButton(text="Undo", tooltip="Undo the last correction.")
        self.redo_button = PushButton(text="Redo", tooltip="Redo the last undone correction.")
        self.name_button = PushButton(
            text="Name all cells",
            tooltip="Names are derived from those you gave, from the four-cell stage if the movie has it, "
            "and from the average embryo.",
        )
        self.after = AfterCorrecting(napari_viewer, self)
        self._connect()
        steps = [*self.buttons.values(), self.undo_button, self.redo_button]
        self.locked += [*steps, self.name_button, self.after.relink_button, self.after.train_button]
        pairs = [row_of(*steps[i : i + 2]) for i in range(0, len(steps), 2)]
        self.lay_out(
            what=[self.labels_choice],
            how=[self.first, self.second, self.cell_name, *pairs, self.name_button],
            result=[self.after],
        )
        self._picked.listen_to(self.labels_choice.layer)
        self.on_release.callback(self._picked.listen_to, None)

    def _connect(self) -> None:
        for name, button in self.buttons.items():
            button.changed.connect(lambda _, edit=EDITS[name]: self.apply(edit))
        self.undo_button.changed.connect(self.undo)
        self.redo_button.changed.connect(self.redo)
        self.name_button.changed.connect(self.name_all)
        self.labels_choice.changed.connect(self._picked.listen_to)
        self.clear_status_on(self.labels_choice)

    def check(self) -> None:
        """Labels are needed."""
        if not self.labels_choice.layers:
            raise ImageFormatError("No labels to correct; open or segment a movie, then track it.")

    def apply(self, edit: Edit) -> None:
        """Make a correction and show it; one that contradicts the tracks is refused and changes nothing."""
        labels = self.labels_choice.layer
        frame = plane_in_view(self._viewer, labels)[0] if labels is not None else 0
        request = Request(frame, self.first.value, self.second.value, self.cell_name.value.strip())

        def correct(state: TrackState) -> None:
            steps = partial(state.iter_correct, lambda corrections: edit.change(corrections, request))
            self.begin(steps, "Correcting…", partial(_show_corrected, state), can_cancel=False)

        self.attempt(lambda: self.with_state(correct))

    def undo(self) -> None:
        """Undo the last correction."""
        self._step_back_or_forth(TrackState.undo, "Nothing to undo.")

    def redo(self) -> None:
        """Redo the last undone correction."""
        self._step_back_or_forth(TrackState.redo, "Nothing to redo.")

    def name_all(self) -> None:
        """Name all cells whose names follow from others."""

        def name(state: TrackState) -> None:
            self.begin(state.iter_name, "Naming the cells…", partial(_show_named, state))

        self.attempt(lambda: self.with_state(name))

    def _step_back_or_forth(self, step: Callable[[TrackState], bool], nothing: str) -> None:
        if not self.running:
            done = self.state is not None and step(self.state)
            self.run_block.end(_summary(self.state) if done and self.state is not None else nothing)

    def _on_picked(self, _: Any = None) -> None:
        picked = int(self._picked.layer.selected_label)
        if picked and picked != self.first.value:
            self.second.value, self.first.value = self.first.value, picked


def _summary(state: TrackState) -> str:
    corrections = state.corrections
    return f"{counted(len(corrections.tracks.rows), 'track')}, {len(corrections.edited)} corrected."


def _show_corrected(state: TrackState, shown: Shown) -> str:
    state.show(shown)
    return _summary(state)


def _show_named(state: TrackState, shown: Shown) -> str:
    state.show(shown)
    state.layer.color_by = "founder"
    unsure = sum(name.confidence < 0.9 for name in state.names.values())
    return f"{counted(len(state.names), 'track')} named, {unsure} of them with confidence below 0.9."
