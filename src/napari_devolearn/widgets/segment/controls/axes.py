"""What the axes of an image were taken for, and another reading of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from magicgui.widgets import ComboBox

from napari_devolearn.widgets.common.form.fields import choose_from
from napari_devolearn.widgets.common.scope import grid_of, is_flat_movie

if TYPE_CHECKING:
    from napari.layers import Image

_READINGS = {2: ("YX",), 3: ("ZYX", "TYX"), 4: ("TZYX", "ZTYX")}


class AxesChoice(ComboBox):
    """The axes of the chosen image with their lengths; another choice changes the layer."""

    def __init__(self) -> None:
        tooltip = (
            "What each axis of the image was taken for. Choose otherwise where it is wrong: the layer's axes "
            "are named or put in order again, its values stay."
        )
        super().__init__(choices=(), label="Axes", tooltip=tooltip)
        self._image: Image | None = None

    def show_image(self, image: Image | None) -> None:
        """Show how another image is understood."""
        self._image = None  # what the box emits while it is filled must not be read as a choice
        readings = _READINGS.get(image.ndim, ()) if image is not None else ()
        shape = grid_of(image) if image is not None else ()
        choices = [
            ("  ".join(f"{axis} {size}" for axis, size in zip(axes, shape, strict=True)), axes)
            for axes in readings
        ]
        with self.changed.blocked():
            choose_from(self, choices)
            if image is not None and choices:
                self.value = "TYX" if is_flat_movie(image) else readings[0]
        self.enabled = len(choices) > 1
        self._image = image

    def _on_value_change(self, value: Any = None) -> None:
        if value is not None and self._image is not None:
            read_as(self._image, str(value))
            self.show_image(self._image)
            super()._on_value_change(value)


def read_as(image: Image, axes: str) -> None:
    """Take the axes of a layer for others.

    Parameters
    ----------
    image : napari.layers.Image
        Of three axes, whose first one is named, or of four, whose first two are swapped.
    axes : str
        ``"ZYX"``, ``"TYX"``, ``"TZYX"`` for as they are, or ``"ZTYX"``.
    """
    if axes in ("ZYX", "TYX"):
        image.axis_labels = tuple(axes.lower())
        if axes == "TYX":  # a time is no length
            image.units = ("pixel", *image.units[1:])
    elif axes == "ZTYX":
        scale, translate, units = image.scale, image.translate, image.units
        image.data = image.data.transpose(1, 0, 2, 3)
        image.scale, image.translate = scale[[1, 0, 2, 3]], translate[[1, 0, 2, 3]]
        image.units = (units[1], units[0], *units[2:])
        image.axis_labels = tuple("tzyx")
        image.metadata.get("devolearn", {}).pop("frames", None)
