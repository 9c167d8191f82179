"""A choice among the image layers of a viewer, which follows them as they come, go and are renamed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from qtpy.QtCore import Signal
from qtpy.QtWidgets import QComboBox, QWidget

from napari_devolearn.widgets.result_layer import is_probability

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Image

_EVENTS = ("inserted", "removed", "reordered", "renamed")


class ImageBox(QComboBox):
    """The image layers of a viewer, by name.

    Parameters
    ----------
    viewer : napari.components.ViewerModel
    parent : QWidget

    Attributes
    ----------
    chosen : Signal
        Another image than before (napari.layers.Image or None).
    """

    chosen = Signal(object)

    def __init__(self, viewer: ViewerModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._viewer = viewer
        self._layers: list[Image] = []
        self._image: Image | None = None
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(10)
        self.setToolTip("The image layer to segment: a slice, a volume or a movie of volumes.")
        self.currentIndexChanged.connect(self._on_index)
        for name in _EVENTS:
            getattr(viewer.layers.events, name).connect(self._refill)
        self._refill()

    @property
    def image(self) -> Image | None:
        """The image layer chosen."""
        return self._image

    def forget_viewer(self) -> None:
        """Follow the viewer no longer."""
        for name in _EVENTS:
            getattr(self._viewer.layers.events, name).disconnect(self._refill)

    def _refill(self) -> None:
        from napari.layers import Image

        self._layers = [
            layer for layer in self._viewer.layers if isinstance(layer, Image) and not is_probability(layer)
        ]
        kept = self._image if self._image in self._layers else next(iter(self._layers), None)
        self.blockSignals(True)
        self.clear()
        self.addItems([layer.name for layer in self._layers])
        self.setCurrentIndex(self._layers.index(kept) if kept is not None else -1)
        self.blockSignals(False)
        self._choose(kept)

    def _on_index(self, index: int) -> None:
        self._choose(self._layers[index] if 0 <= index < len(self._layers) else None)

    def _choose(self, image: Image | None) -> None:
        if image != self._image:  # no 'is': napari hands plugins proxies of its layers
            self._image = image
            self.chosen.emit(image)
