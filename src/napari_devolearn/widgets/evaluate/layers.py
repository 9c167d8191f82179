"""Layers that show the mistakes of a comparison, aligned with the compared layers."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from qtpy.QtCore import QObject, QTimer

from napari_devolearn.evaluation.mistakes import KINDS, Kind
from napari_devolearn.widgets.common.layers import placement
from napari_devolearn.widgets.evaluate.run import Evaluated
from napari_devolearn.widgets.evaluate.source import position_in

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Layer

COLOURS: Mapping[Kind, str] = {
    "false_negative": "#D55E00",
    "false_positive": "#56B4E9",
    "split": "#F0E442",
    "merged": "#CC79A7",
    "misshapen": "#009E73",
}
"""Colour of each kind of mistake; colour-blind people can tell them apart (Okabe and Ito 2008)."""

_DIVISIONS = {"false_negative": COLOURS["false_negative"], "false_positive": COLOURS["false_positive"]}

_PAUSE = 30
"""Milliseconds between two layers: napari takes 0.1 s for each; in between, the window responds."""


class MistakeLayers(QObject):
    """Layers of mistakes; a new comparison replaces them."""

    def __init__(self, viewer: ViewerModel, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._waiting: deque[tuple[str, partial[Layer]]] = deque()
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._add_one)
        # by the kind of mistake, or "false_negative divisions" and "false_positive divisions"
        self.layers: dict[str, Layer] = {}

    @property
    def pending(self) -> bool:
        """Whether layers are still to be added."""
        return bool(self._waiting)

    def show(self, evaluated: Evaluated) -> None:
        """Add a layer for each kind of mistake, one at a time, so that the window stays responsive."""
        for layer in self.layers.values():
            if layer in self._viewer.layers:
                self._viewer.layers.remove(layer)
        self.layers = {}
        kinds = [kind for kind in KINDS if kind in evaluated.maps.arrays]
        self._waiting = deque((kind, partial(self._add_labels, evaluated, kind)) for kind in kinds)
        for which, mothers in evaluated.divisions.items():
            if mothers:
                self._waiting.append((f"{which} divisions", partial(self._add_divisions, evaluated, which)))
        self._timer.start(_PAUSE)

    def stop(self) -> None:
        """Stop adding layers."""
        self._waiting.clear()
        self._timer.stop()

    def _add_one(self) -> None:
        if not self._waiting:
            self._timer.stop()
            return
        name, add = self._waiting.popleft()
        active = self._viewer.layers.selection.active
        self.layers[name] = add()
        self._viewer.layers.selection.active = active  # the user's settings of that layer are kept

    def _add_labels(self, evaluated: Evaluated, kind: Kind) -> Layer:
        from napari.utils.colormaps import CyclicLabelColormap

        arguments: dict[str, Any] = placement(evaluated.maps.like(kind))
        arguments["metadata"]["devolearn"]["mistakes"] = True
        return self._viewer.add_labels(
            evaluated.maps.arrays[kind],
            name=f"{evaluated.sides.result.name}: {_words(kind)}",
            colormap=CyclicLabelColormap(colors=["transparent", COLOURS[kind]]),
            **arguments,
        )

    def _add_divisions(self, evaluated: Evaluated, which: str) -> Layer:
        sides = evaluated.sides
        layer = (sides.markers or sides.truth) if which == "false_negative" else sides.result
        points = [position_in(layer, frame, place) for frame, place in evaluated.divisions[which]]
        arguments: dict[str, Any] = placement(layer)
        return self._viewer.add_points(
            points,
            name=f"{sides.result.name}: {_words(which)} divisions",
            size=12,
            symbol="star",
            face_color=_DIVISIONS[which],
            border_color="white",
            canvas_size_limits=(10, 24),
            **arguments,
        )


def _words(kind: str) -> str:
    return kind.replace("_", " ")
