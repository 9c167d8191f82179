"""A choice among the layers of a viewer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from magicgui.widgets import ComboBox
from napari.components import ViewerModel
from napari.layers import Layer
from qtpy.QtWidgets import QComboBox

from napari_devolearn.widgets.common.layers import is_probability


class LayerChoice(ComboBox):
    """A choice among the layers of one kind; follows added, removed and renamed layers.

    The default is the selected layer, else the newest one, and follows new layers. Once the user has chosen,
    or `settle` was called, the choice is kept as long as its layer exists. magicgui's own choice identifies
    layers by name, so it changes when a layer is renamed.

    `fits` tells whether a layer of the `kind` can be chosen. `none` is the text of the first choice, no
    layer; without it, a layer is chosen if there is one.
    """

    def __init__(
        self,
        viewer: ViewerModel,
        kind: type[Layer],
        label: str,
        tooltip: str,
        *,
        fits: Callable[[Layer], bool] = lambda _: True,
        none: str = "",
    ) -> None:
        self._viewer, self._kind, self._fits = viewer, kind, fits
        self._none = none
        self._chosen: Layer | None = None
        self._settled = bool(none)
        super().__init__(annotation=kind, label=label, tooltip=tooltip, nullable=True, choices=())
        self.native.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.native.setMinimumContentsLength(10)
        self.native.activated.connect(lambda _: self.settle())

    @property
    def layers(self) -> list[Any]:
        """Layers that can be chosen, oldest first; never a probability layer."""
        ours = (one for one in self._viewer.layers if isinstance(one, self._kind))
        return [one for one in ours if self._fits(one) and not is_probability(one)]

    @property
    def layer(self) -> Any:
        """Chosen layer; None without one."""
        return self._chosen

    def choose(self, layer: Layer | None) -> None:
        """Choose a listed layer, or none if that is a choice."""
        self.settle()
        self.reset_choices()  # which ones fit may depend on other choices
        self.value = layer

    def settle(self) -> None:
        """Keep the choice, also when a better layer is added."""
        self._settled = True

    def reset_choices(self, *_: Any) -> None:
        """Update the choices from the layers of the viewer."""
        layers = self.layers
        kept = self._chosen if self._settled and self._chosen in layers else self._best(layers)
        with self.changed.blocked():
            self.native.blockSignals(True)
            self.native.clear()
            for one in [None] * bool(self._none) + layers:
                self.native.addItem(one.name if one is not None else self._none, one)
            self.native.setCurrentIndex(self.native.findText(kept.name if kept is not None else self._none))
            self.native.blockSignals(False)
        self._on_value_change(kept)

    def _best(self, layers: list[Any]) -> Any:
        """Default choice if none was made or its layer was removed."""
        return None if self._none else next(iter(self._preferred(layers)), None)

    def _preferred(self, layers: list[Any]) -> list[Any]:
        """The selected layer if it is among these, then the newest ones."""
        active = self._viewer.layers.selection.active
        newest = layers[::-1]
        return sorted(newest, key=lambda layer: layer != active)

    def _on_value_change(self, value: Any = None) -> None:
        if value != self._chosen:  # == instead of is: napari gives plugins proxies of its layers
            self._chosen = value
            super()._on_value_change(value)
