"""A choice among the layers of a viewer, which follows them as they come, go and are renamed."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox, QWidget

from napari_devolearn.widgets.segment.result_layer import is_probability

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image, Labels, Layer

_EVENTS = ("inserted", "removed", "reordered", "renamed")


class LayersBox(QComboBox):
    """Some layers of a viewer, by name.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    parent : QWidget
    none : str
        What to call no layer, the first choice; without it a layer is chosen if there is one.

    Attributes
    ----------
    chosen : Signal
        Another layer than before (napari.layers.Layer or None).
    """

    chosen = Signal(object)

    def __init__(self, viewer: ViewerModel, parent: QWidget | None = None, *, none: str = "") -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._none = none
        self._layers: list[Any] = []
        self._layer: Any = None
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(10)
        self.currentIndexChanged.connect(self._on_index)
        for name in _EVENTS:
            getattr(viewer.layers.events, name).connect(self._refill)
        self._refill()

    @property
    def layers(self) -> list[Any]:
        """The layers that can be chosen."""
        return [layer for layer in self._layers if layer is not None]

    def choose(self, layer: Layer | None) -> None:
        """Choose a layer that is listed, or none where that is a choice."""
        self.setCurrentIndex(self._layers.index(layer))

    def forget_viewer(self) -> None:
        """Follow the viewer no longer."""
        for name in _EVENTS:
            getattr(self._viewer.layers.events, name).disconnect(self._refill)

    def _lists(self, layer: Layer) -> bool:
        """Whether a layer is one to choose."""
        raise NotImplementedError

    def _refill(self) -> None:
        self._layers = [None] if self._none else []
        self._layers += [layer for layer in self._viewer.layers if self._lists(layer)]
        kept = self._layer if self._layer in self._layers else next(iter(self._layers), None)
        self.blockSignals(True)
        self.clear()
        self.addItems([layer.name if layer is not None else self._none for layer in self._layers])
        self.setCurrentIndex(self._layers.index(kept) if kept in self._layers else -1)
        self.blockSignals(False)
        self._choose(kept)

    def _on_index(self, index: int) -> None:
        self._choose(self._layers[index] if 0 <= index < len(self._layers) else None)

    def _choose(self, layer: Layer | None) -> None:
        if layer != self._layer:  # no 'is': napari hands plugins proxies of its layers
            self._layer = layer
            self.chosen.emit(layer)


class ImageBox(LayersBox):
    """The image layers, but for probabilities."""

    def __init__(self, viewer: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(viewer, parent)
        self.setToolTip("The image layer to segment: a slice, a volume or a movie of volumes.")

    @property
    def image(self) -> Image | None:
        """The image layer chosen."""
        image: Image | None = self._layer
        return image

    def _lists(self, layer: Layer) -> bool:
        from napari.layers import Image

        return isinstance(layer, Image) and not is_probability(layer)


class LabelsBox(LayersBox):
    """The labels layers."""

    def __init__(self, viewer: ViewerModel, parent: QWidget | None = None, *, none: str = "") -> None:
        super().__init__(viewer, parent, none=none)
        self.setToolTip("The labels layer to measure: a number an object.")

    @property
    def labels(self) -> Labels | None:
        """The labels layer chosen."""
        labels: Labels | None = self._layer
        return labels

    def _lists(self, layer: Layer) -> bool:
        from napari.layers import Labels

        return isinstance(layer, Labels)


class TracksBox(LayersBox):
    """The tracks layers."""

    @property
    def tracks(self) -> Any:
        """The tracks layer chosen, or None."""
        return self._layer

    def _lists(self, layer: Layer) -> bool:
        from napari.layers import Tracks as TracksLayer

        return isinstance(layer, TracksLayer)
