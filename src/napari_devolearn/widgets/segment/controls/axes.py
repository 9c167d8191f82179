"""The axes of an image, and changing them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from magicgui.widgets import ComboBox
from napari.components import ViewerModel
from napari.layers import Image, Layer
from napari.utils.notifications import show_error

from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.io.reopen import can_reopen, plausible_axes, reopened_layers, tif_of_layer
from napari_devolearn.io.tiff.axes import parse_axes
from napari_devolearn.widgets.common.form.fields import choose_from
from napari_devolearn.widgets.common.form.layer_choice import LayerChoice
from napari_devolearn.widgets.common.layers import grid_of, is_flat_movie, notes_of

_READINGS = {2: ("YX",), 3: ("ZYX", "TYX"), 4: ("TZYX", "ZTYX")}


class AxesChoice(ComboBox):
    """The axes of the chosen image with their sizes; another choice changes the layer.

    The layer of a tif is opened again with the axes chosen, or typed as in ``T3 Z5``. Axes of other layers
    are renamed or swapped.
    """

    def __init__(self, viewer: ViewerModel, images: LayerChoice) -> None:
        tooltip = (
            "Meaning of each axis of the image. If it is wrong, choose another one, or type the axes with "
            "their sizes, slowest first, as in T3 Z5: the layer is opened again with its name, scale and "
            "colormap."
        )
        super().__init__(choices=(), label="Axes", tooltip=tooltip)
        self._viewer, self._images = viewer, images
        self._image: Image | None = None
        box = self.native
        box.setEditable(True)
        box.setInsertPolicy(box.InsertPolicy.NoInsert)
        box.setCompleter(None)
        box.lineEdit().returnPressed.connect(self._on_typed)

    def show_image(self, image: Image | None) -> None:
        """Show the axes of another image."""
        self._image = None  # events while the box is filled are not choices of the user
        text = opened_axes(image) if image is not None else None
        readings = (_of_file(text, image) if text is not None else _of_layer(image)) if image else ([], "")
        choices, value = readings
        with self.changed.blocked():
            choose_from(self, choices)
            if choices:
                self.value = value
        self.native.lineEdit().setReadOnly(not text)
        self.enabled = len(choices) > 1
        self._image = image

    def _on_value_change(self, value: Any = None) -> None:
        if value is not None and self._image is not None:
            self._read_as(self._image, str(value))

    def _on_typed(self) -> None:
        text = self.native.currentText()
        if self._image is not None and text != self.native.itemText(self.native.currentIndex()):
            self._read_as(self._image, text)

    def _read_as(self, image: Image, axes: str) -> None:
        if opened_axes(image) is None:
            read_as(image, axes)
        else:
            try:
                image = open_as(self._viewer, image, axes)
                self._images.choose(image)
            except DevolearnError as error:
                show_error(str(error))
        self.show_image(image)
        self.changed.emit(self.value)


def opened_axes(image: Image) -> str | None:
    """Axes with which the tif of a layer was opened, such as "T3 Z5"; None if it is not of a tif."""
    path = _path(image)
    if image.rgb or not can_reopen(path):
        return None
    known = notes_of(image).get("axes")
    if known is not None:
        return str(known)
    try:  # opened by another reader
        return tif_of_layer(path or "").axes
    except DevolearnError:
        return None


def open_as(viewer: ViewerModel, image: Image, axes: str) -> Image:
    """Open the tif of a layer again, and replace the layer.

    The new layer is selected. Layers of the other channels of the file are replaced, too; additional channels
    that the axes name are added above it. Raises AxesError if the axes do not match the number of planes, and
    ImageFormatError if the file is missing.
    """
    notes = notes_of(image)
    before = dict(parse_axes(notes["axes"])) if notes.get("axes") else {}
    old = _channel_layers(viewer, image) if "C" in before else {0: image}
    made = reopened_layers(
        str(_path(image)),
        axes,
        {channel: layer.as_layer_data_tuple()[1] for channel, layer in old.items()},
        channels=before.get("C") or 1,
        series=notes.get("series"),
    )
    place = min(map(viewer.layers.index, old.values()))
    layers = [Layer.create(*one) for one in made]
    for layer in old.values():
        viewer.layers.remove(layer)
    for layer in reversed(layers):
        viewer.layers.insert(place, layer)
    own = next((one for one in layers if _channel(one) == _channel(image)), layers[0])
    viewer.layers.selection = {own}
    return own


def _channel_layers(viewer: ViewerModel, image: Image) -> dict[int, Image]:
    """Layers of the channels of the same image in the same file, by their channel."""
    notes = notes_of(image)
    alike = [
        layer
        for layer in viewer.layers
        if isinstance(layer, Image)
        and _path(layer) == _path(image)
        and all(notes_of(layer).get(key) == notes.get(key) for key in ("axes", "series"))
    ]
    found = {_channel(layer): layer for layer in (*alike, image)}
    return dict(sorted(found.items()))


def _channel(layer: Image) -> int:
    return int(notes_of(layer).get("channel") or 0)


def read_as(image: Image, axes: str) -> None:
    """Interpret the axes of a layer differently.

    The first of three axes becomes Z by ``"ZYX"`` and T by ``"TYX"``; the first two of four are swapped by
    ``"ZTYX"``.
    """
    if axes in ("ZYX", "TYX"):
        image.axis_labels = tuple(axes.lower())
        if axes == "TYX":  # a time is not a length
            image.units = ("pixel", *image.units[1:])
    elif axes == "ZTYX":
        scale, translate, units = image.scale, image.translate, image.units
        image.data = image.data.transpose(1, 0, 2, 3)
        image.scale, image.translate = scale[[1, 0, 2, 3]], translate[[1, 0, 2, 3]]
        image.units = (units[1], units[0], *units[2:])
        image.axis_labels = tuple("tzyx")
        notes_of(image).pop("frames", None)


def _of_file(text: str, image: Image) -> tuple[list[tuple[str, str]], str]:
    """Choices, as text and value, and the current one."""
    y, x = grid_of(image)[-2:]
    found = plausible_axes(text)
    return [(f"{axes.replace(' ', '  ')}  Y{y}  X{x}".strip(), axes) for axes in found], found[0]


def _of_layer(image: Image) -> tuple[list[tuple[str, str]], str]:
    readings, shape = _READINGS.get(image.ndim, ()), grid_of(image)
    choices = [
        ("  ".join(f"{axis}{size}" for axis, size in zip(axes, shape, strict=True)), axes)
        for axes in readings
    ]
    return choices, "TYX" if is_flat_movie(image) else readings[0] if readings else ""


def _path(image: Image) -> Path | None:
    """File of a layer: a layer that was opened again has it only in this package's metadata."""
    source = image.source.path or notes_of(image).get("source")
    return Path(source) if source else None
