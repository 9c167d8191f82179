"""The layers that show what a comparison found wrong, laid exactly over those that were compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from napari_devolearn.evaluation.mistakes import KINDS, Kind
from napari_devolearn.widgets.evaluate_run import Evaluated
from napari_devolearn.widgets.evaluate_source import position_in
from napari_devolearn.widgets.result_layer import placement

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Layer

COLOURS: Mapping[Kind, str] = {
    "missed": "#D55E00",
    "invented": "#56B4E9",
    "split": "#F0E442",
    "merged": "#CC79A7",
    "misshapen": "#009E73",
}
"""Of each kind of mistake; colour-blind people can tell them apart (Okabe and Ito 2008)."""

_DIVISIONS = {"missed": COLOURS["missed"], "invented": COLOURS["invented"]}


class MistakeLayers:
    """Layers of mistakes; a new comparison takes the place of the last one.

    Parameters
    ----------
    viewer : napari.components.ViewerModel

    Attributes
    ----------
    layers : dict of str to napari.layers.Layer
        By the kind of mistake, or "missed divisions" and "invented divisions".
    """

    def __init__(self, viewer: ViewerModel) -> None:
        self._viewer = viewer
        self.layers: dict[str, Layer] = {}

    def show(self, evaluated: Evaluated) -> None:
        """Add a layer for each kind of mistake that there is."""
        for layer in self.layers.values():
            if layer in self._viewer.layers:
                self._viewer.layers.remove(layer)
        active = self._viewer.layers.selection.active
        self.layers = {
            kind: self._add_labels(evaluated, kind) for kind in KINDS if kind in evaluated.maps.arrays
        }
        for which, mothers in evaluated.divisions.items():
            if mothers:
                self.layers[f"{which} divisions"] = self._add_divisions(evaluated, which)
        self._viewer.layers.selection.active = active

    def _add_labels(self, evaluated: Evaluated, kind: Kind) -> Layer:
        from napari.utils.colormaps import direct_colormap

        arguments: dict[str, Any] = placement(evaluated.maps.like(kind))
        return self._viewer.add_labels(
            evaluated.maps.arrays[kind],
            name=f"{evaluated.sides.result.name}: {kind}",
            colormap=direct_colormap({None: COLOURS[kind], 0: "transparent"}),
            **arguments,
        )

    def _add_divisions(self, evaluated: Evaluated, which: str) -> Layer:
        sides = evaluated.sides
        layer = (sides.markers or sides.truth) if which == "missed" else sides.result
        points = [position_in(layer, frame, place) for frame, place in evaluated.divisions[which]]
        arguments: dict[str, Any] = placement(layer)
        return self._viewer.add_points(
            points,
            name=f"{sides.result.name}: {which} divisions",
            size=12,
            symbol="star",
            face_color=_DIVISIONS[which],
            border_color="white",
            canvas_size_limits=(10, 24),
            **arguments,
        )
