"""A comparison in the viewer: a layer for each kind of mistake, and moving to a frame or an object."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from functools import partial
from typing import Any

from napari.components import ViewerModel
from napari.layers import Layer
from napari.utils.colormaps import CyclicLabelColormap
from qtpy.QtCore import QObject, QTimer, Signal

from napari_devolearn.evaluation.mistakes import KINDS, Kind
from napari_devolearn.widgets.common.layers import frame_numbers, has_time, placement
from napari_devolearn.widgets.common.view import FrameSlider, go_to
from napari_devolearn.widgets.evaluate.run import Evaluated
from napari_devolearn.widgets.evaluate.source import position_in

COLOURS: Mapping[Kind, str] = {
    "false_negative": "#D55E00",
    "false_positive": "#56B4E9",
    "split": "#F0E442",
    "merged": "#CC79A7",
    "misshapen": "#009E73",
}
"""Colour of each kind of mistake; colour-blind people can tell them apart (Okabe and Ito 2008)."""

_PAUSE = 30
"""Milliseconds between two layers: napari takes 0.1 s for each; in between, the window responds."""


class EvaluateView(QObject):
    """The last comparison; its layers are added one at a time, so that the window stays responsive."""

    moved = Signal(int)  # number of the current frame of the ground truth, when it changes

    def __init__(self, viewer: ViewerModel, evaluated: Evaluated) -> None:
        super().__init__()
        self._viewer, self.evaluated = viewer, evaluated
        # by the kind of mistake, or "false_negative divisions" and "false_positive divisions"
        self.layers: dict[str, Layer] = {}
        kinds = [kind for kind in KINDS if kind in evaluated.maps.arrays]
        wrong = [which for which, mothers in evaluated.divisions.items() if mothers]
        self._waiting: deque[tuple[str, partial[Layer]]] = deque(
            [(kind, partial(self._add_labels, kind)) for kind in kinds]
            + [(f"{which} divisions", partial(self._add_divisions, which)) for which in wrong]
        )
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._add_one)
        self._timer.start(_PAUSE)
        self._slider = FrameSlider(viewer, self)
        self._slider.moved.connect(self._on_moved)
        truth = evaluated.sides.truth
        self._slider.follow(truth if has_time(truth) else None)

    @property
    def pending(self) -> bool:
        """Whether layers are still to be added."""
        return bool(self._waiting)

    def remove_layers(self) -> None:
        """Remove the layers of mistakes that are still in the viewer."""
        for layer in self.layers.values():
            if layer in self._viewer.layers:
                self._viewer.layers.remove(layer)

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
        """Disconnect from the viewer, and add no more layers."""
        self._slider.forget_viewer()
        self._waiting.clear()
        self._timer.stop()

    def _on_moved(self, index: int) -> None:
        self.moved.emit(frame_numbers(self.evaluated.sides.truth)[index])

    def _add_one(self) -> None:
        if not self._waiting:
            self._timer.stop()
            return
        name, add = self._waiting.popleft()
        active = self._viewer.layers.selection.active
        self.layers[name] = add()
        self._viewer.layers.selection.active = active  # the user's settings of that layer are kept

    def _add_labels(self, kind: Kind) -> Layer:
        maps = self.evaluated.maps
        arguments: dict[str, Any] = placement(maps.like(kind))
        arguments["metadata"]["devolearn"]["mistakes"] = True
        return self._viewer.add_labels(
            maps.arrays[kind],
            name=self._name(kind),
            colormap=CyclicLabelColormap(colors=["transparent", COLOURS[kind]]),
            **arguments,
        )

    def _add_divisions(self, which: Kind) -> Layer:
        sides = self.evaluated.sides
        layer = (sides.markers or sides.truth) if which == "false_negative" else sides.result
        arguments: dict[str, Any] = placement(layer)
        return self._viewer.add_points(
            [position_in(layer, frame, place) for frame, place in self.evaluated.divisions[which]],
            name=f"{self._name(which)} divisions",
            size=12,
            symbol="star",
            face_color=COLOURS[which],
            border_color="white",
            canvas_size_limits=(10, 24),
            **arguments,
        )

    def _name(self, kind: Kind) -> str:
        return f"{self.evaluated.sides.result.name}: {kind.replace('_', ' ')}"
