"""Open a tif as layers: one per channel, labels as Labels, RGB images as RGB."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from napari_devolearn.exceptions import AxesError, warn_caller
from napari_devolearn.io.core.image_file import ImageFile
from napari_devolearn.io.core.stack import Stack, layer_attributes
from napari_devolearn.io.ctc.layout import tifs_in
from napari_devolearn.io.ctc.names import layer_name, parse_name
from napari_devolearn.io.reopen import MOST_CHANNELS
from napari_devolearn.plugin.layers import LayerData, image_layer, labels_layer

_COLORMAPS = ("green", "magenta", "cyan", "yellow", "red", "blue")


def read_tif(path: Path) -> list[LayerData]:
    """Open the first image of a tif as one layer per channel, and its other images as hidden layers.

    Only the header is read. Raises ImageFormatError if it is damaged or not a tif.
    """
    from napari_devolearn.io.tiff.tif import open_tif_images

    frame = parse_name(path) is not None
    try:
        files = open_tif_images(path, volume=frame)
    except AxesError as error:
        # show the slices anyway: the axes can be corrected in the window
        files = open_tif_images(path, axes="Z")
        warn_caller(f"{error}; until then they are shown as slices")
    if len(files) > 1:
        warn_caller(f"{path}: has {len(files)} images; the first is shown, the others are hidden layers")
    layers: list[LayerData] = []
    for number, file in enumerate(files):
        title = f" {file.title or number}" if len(files) > 1 else ""
        for data, attributes, kind in _layers_of(file, flat=not frame):
            named = {"name": f"{attributes['name']}{title}", "visible": number == 0}
            if len(files) > 1:
                attributes["metadata"]["devolearn"]["series"] = number
            layers.append((data, attributes | named, kind))
    return layers


def _layers_of(file: ImageFile, *, flat: bool) -> Iterator[LayerData]:
    from napari_devolearn.io.ctc.masks import labels_in_file
    from napari_devolearn.io.image import channels
    from napari_devolearn.io.tiff.tif import open_tif

    if file.labels:
        yield labels_layer(labels_in_file(file))
        return
    if file.channels > MOST_CHANNELS and "Z" not in file.axes:
        axes = file.axes.replace("C", "Z")
        note = f"its {file.channels} channels are shown as slices; if they are not slices, name the axes"
        file = open_tif(file.path, axes=axes)
        file = replace(file, notes=(*file.notes, note))
    stacks = list(channels(file))
    if file.rgb:
        yield _colours(stacks)
        return
    for number, stack in enumerate(stacks):
        data, attributes, kind = _flat(stack) if flat else image_layer(stack)
        attributes["metadata"]["devolearn"] |= {"axes": file.axes, "channel": number}
        if len(stacks) > 1:
            colormap = _COLORMAPS[number % len(_COLORMAPS)]
            attributes |= {"blending": "additive", "colormap": colormap}
        yield data, attributes, kind


def _flat(stack: Stack) -> LayerData:
    """An Image layer; a single slice has only the axes Y and X, as in napari's own reader."""
    data, attributes, kind = image_layer(stack)
    if data.shape[:2] != (1, 1):
        return data, attributes, kind
    return data[0, 0], attributes | _last_axes(attributes, 2), kind


def _last_axes(attributes: dict[str, Any], count: int) -> dict[str, Any]:
    return {key: attributes[key][-count:] for key in ("scale", "translate", "units", "axis_labels")}


def _colours(stacks: list[Stack]) -> LayerData:
    """An RGB layer, without leading axes of size 1."""
    import dask.array as da

    data = da.stack([stack.data for stack in stacks], axis=-1)
    attributes = layer_attributes(stacks[0]) | {
        "name": stacks[0].name.removesuffix(" channel 0"),
        "rgb": True,
    }
    while data.ndim > 3 and data.shape[0] == 1:
        data = data[0]
    return data, attributes | _last_axes(attributes, data.ndim - 1), "image"


def read_folder(folder: Path) -> list[LayerData]:
    """Open a folder of tifs that is not a Cell Tracking Challenge sequence.

    Files of the same size and type become the frames of one layer, in natural order. Raises ImageFormatError,
    which names the file, if one is damaged or not a tif.
    """
    from napari_devolearn.io.image import open_image

    alike: dict[tuple[object, ...], list[ImageFile]] = {}
    for path in tifs_in(folder):
        file = open_image(path)
        alike.setdefault((file.shape, file.dtype, file.channels, file.labels), []).append(file)
    layers: list[LayerData] = []
    for files in alike.values():
        first = files[0]
        if len(files) == 1 or first.shape[0] > 1 or first.rgb:
            layers += [layer for file in files for layer in read_tif(file.path)]
            continue
        name = folder.absolute().name
        if len(alike) > 1:
            name = f"{name}/{layer_name(first.path)} .."
        layers += stacked_layers(files, name, labels=first.labels)
    if len(alike) > 1:
        named = "; ".join(
            f"{len(files)} of {' x '.join(map(str, files[0].shape))} from {files[0].path.name}"
            for files in alike.values()
        )
        warn_caller(f"{folder}: its files differ in size or type, so each kind becomes one layer: {named}")
    return layers


def stacked_layers(
    files: Sequence[ImageFile], name: str = "", *, labels: bool = False
) -> Iterator[LayerData]:
    """Stack the frames of tifs as one layer per channel; `name` is by default that of their folder.

    Raises ImageFormatError as `read_files`.
    """
    from napari_devolearn.io.image import read_files
    from napari_devolearn.io.plane_files import join_planes

    paths, file = [file.path for file in files], join_planes(files)[0]
    if file.channels == 1 or file.rgb:  # RGB is refused
        stacks = [(read_files(paths), "")]
    else:
        stacks = [(read_files(paths, channel=n), f" {file.channel_name(n)}") for n in range(file.channels)]
    for stack, more in stacks:
        data, attributes, kind = (labels_layer if labels else image_layer)(stack)
        yield data, attributes | {"name": f"{name or attributes['name']}{more}"}, kind
