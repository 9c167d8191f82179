"""A comparison in the viewer: its layers, and moving to a frame or an object."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import QObject, Signal

from napari_devolearn.widgets.common.layers import frame_numbers, has_time
from napari_devolearn.widgets.common.view import FrameSlider, go_to
from napari_devolearn.widgets.evaluate.layers import MistakeLayers
from napari_devolearn.widgets.evaluate.run import Evaluated
from napari_devolearn.widgets.evaluate.source import position_in

if TYPE_CHECKING:
    from napari.components import ViewerModel


class EvaluateView(QObject):
    """The last comparison; its layers replace those of the previous one."""

    moved = Signal(int)  # number of the current frame of the ground truth, when it changes

    def __init__(self, viewer: ViewerModel, evaluated: Evaluated, before: EvaluateView | None = None) -> None:
        super().__init__()
        self._viewer = viewer
        self.evaluated = evaluated
        self.mistakes: MistakeLayers = before.mistakes if before is not None else MistakeLayers(viewer)
        self.mistakes.show(evaluated)
        self._slider = FrameSlider(viewer, self)
        self._slider.moved.connect(self._on_moved)
        truth = evaluated.sides.truth
        self._slider.follow(truth if has_time(truth) else None)

    def refresh(self) -> None:
        """Emit the current frame again."""
        if self._slider.frame is not None:
            self._on_moved(self._slider.frame)

    def go_to_frame(self, frame: int) -> None:
        """Move the slider to a frame of the ground truth, by its number."""
        truth = self.evaluated.sides.truth
        if has_time(truth) and frame in frame_numbers(truth):
            self._slider.go_to(frame_numbers(truth).index(frame))

    def go_to_worst_frame(self, score: str) -> None:
        """Go to the first of the frames with the lowest score."""
        scores = {frame: one[score] for frame, one in self.evaluated.by_frame.items()}
        known = {frame: value for frame, value in scores.items() if value is not None}
        if known:
            self.go_to_frame(min(known, key=lambda frame: known[frame]))

    def go_to_object(self, row: int) -> None:
        """Go to a row of `Evaluated.objects`, and select the object in both layers."""
        sides, one = self.evaluated.sides, self.evaluated.objects.iloc[row]
        layer = sides.truth if one["ground_truth"] else sides.result
        frame = int(one["frame" if one["ground_truth"] else "result_frame"])
        if layer in self._viewer.layers:
            go_to(self._viewer, layer, position_in(layer, frame, (one["z"], one["y"], one["x"])))
        for side, label in ((sides.truth, one["ground_truth"]), (sides.result, one["predicted"])):
            if label and side in self._viewer.layers:
                side.selected_label = int(label)

    def release(self) -> None:
        """Disconnect from the viewer."""
        self._slider.forget_viewer()
        self.mistakes.stop()

    def _on_moved(self, index: int) -> None:
        self.moved.emit(frame_numbers(self.evaluated.sides.truth)[index])
