"""Show and correct the axes of a layer's tif, for the field "Axes" of a dock."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import permutations
from pathlib import Path
from typing import Any, NamedTuple

from napari_devolearn._types import VoxelSize
from napari_devolearn.io.core.layer_attributes import layer_attributes
from napari_devolearn.io.core.tif_names import is_tif_name
from napari_devolearn.io.ctc.names import parse_name
from napari_devolearn.io.image import read_image
from napari_devolearn.io.tiff.axes import parse_axes
from napari_devolearn.io.tiff.tif import open_tif

MOST_CHANNELS = 9
"""More than these are probably slices that were named channels, and too many for a layer each."""

_MOST_DIVISIONS = 24

_KEPT = (
    "name", "colormap", "blending", "opacity", "gamma", "visible", "contrast_limits", "interpolation2d",
    "rendering",
)  # fmt: skip


class FileAxes(NamedTuple):
    """The axes of a tif as they were read.

    Parameters
    ----------
    text : str
        Editable text, slowest first with sizes: ``"T3 Z5 Y X"``.
    channels : int
    channel_names : tuple of str
        One per channel, or none.
    """

    text: str
    channels: int
    channel_names: tuple[str, ...]


def axes_of(path: Path | str, axes: str | None = None, series: int | None = None) -> FileAxes:
    """Read the axes of a tif from its header, or check `axes`, the user's input.

    Raises
    ------
    AxesError
        If the header contradicts itself, or `axes` does not match the number of planes.
    ImageFormatError
        If the file is missing, damaged or not a tif.
    """
    path = Path(path)
    file = open_tif(path, volume=parse_name(path) is not None, axes=axes, series=series)
    return FileAxes(f"{file.axes} Y X".strip(), file.channels, file.channel_names)


def plausible_axes(text: str) -> list[str]:
    """List the possible axes of a tif, given those that were read, such as ``"T3 Z5"``, which come first.

    The others are each order of T, Z and C with the same sizes and, for a single axis, its divisions into two
    axes; channels only up to `MOST_CHANNELS`.
    """
    sizes = [size or 1 for _, size in parse_axes(text)] if text.strip() else []
    divided = [(n, sizes[0] // n) for n in range(2, sizes[0]) if sizes[0] % n == 0] if len(sizes) == 1 else []
    found = [text.upper().removesuffix("Y X").strip()]
    for shape in (tuple(sizes), *divided[:_MOST_DIVISIONS]):
        for letters in permutations("TZC", len(shape)):
            named = " ".join(f"{letter}{size}" for letter, size in zip(letters, shape, strict=True))
            few = all(
                size <= MOST_CHANNELS for letter, size in zip(letters, shape, strict=True) if letter == "C"
            )
            if few and named not in found:
                found.append(named)
    return found


def can_reopen(path: Path | str | None) -> bool:
    """Whether a layer came from one tif, so that its axes can be corrected; never raises."""
    return bool(path) and is_tif_name(str(path)) and Path(str(path)).is_file()


def reopened_layers(
    path: Path | str,
    axes: str,
    *,
    channel: int | None = None,
    series: int | None = None,
    keep: Mapping[str, Any] | None = None,
) -> list[tuple[Any, dict[str, Any], str]]:
    """Open the tif of a layer again with other axes, one layer per channel; the first replaces the old layer.

    Parameters and errors are those of `reopened_layer`. If the layer was one of several channels,
    `channel`, and the new axes have this channel, only it is opened.
    """
    found = axes_of(path, axes, series)
    if channel is not None and channel < found.channels:
        return [_reopened(path, axes, channel, series, keep, found.text)]
    layers = [_reopened(path, axes, number, series, keep, found.text) for number in range(found.channels)]
    for number, (_, attributes, _) in enumerate(layers[1:], 1):
        named = found.channel_names[number] if found.channel_names else f"channel {number}"
        attributes |= {"name": f"{attributes['name']} {named}", "blending": "additive"}
        attributes.pop("contrast_limits", None)  # of other pixels
    return layers


def reopened_layer(
    path: Path | str,
    axes: str,
    *,
    channel: int | str | None = None,
    series: int | None = None,
    keep: Mapping[str, Any] | None = None,
) -> tuple[Any, dict[str, Any], str]:
    """Open the tif of a layer again with other axes.

    Parameters
    ----------
    path : Path or str
        `layer.source.path`.
    axes : str
        The axes before Y and X, slowest first: ``"ZT"``, ``"T3 Z5 Y X"``.
    channel : int or str, optional
        One of several channels, from 0 or by its name; `layer.metadata["devolearn"]["channel"]`.
    series : int, optional
        One of several images in the tif; `layer.metadata["devolearn"]["series"]`.
    keep : mapping, optional
        Attributes of the old layer, `layer.as_layer_data_tuple()[1]`: its name, scale along Y, X and Z,
        units, colormap, contrast and the like are kept.

    Returns
    -------
    tuple
        (data, attributes, "image"), for `napari.layers.Layer.create`.

    Raises
    ------
    AxesError
        If `axes` does not match the number of planes; the message names axes that match.
    ImageFormatError
        If the file is missing or damaged, or has several channels and none is chosen.
    """
    return _reopened(path, axes, channel, series, keep, axes_of(path, axes, series).text)


def _reopened(
    path: Path | str,
    axes: str,
    channel: int | str | None,
    series: int | None,
    keep: Mapping[str, Any] | None,
    understood: str,
) -> tuple[Any, dict[str, Any], str]:
    keep = dict(keep or {})
    stack = read_image(path, axes=axes, channel=channel, series=series, voxel_size=_voxel_size(keep))
    attributes = layer_attributes(stack)
    attributes |= {name: keep[name] for name in _KEPT if name in keep}
    attributes["metadata"] = dict(keep.get("metadata") or {}) | attributes["metadata"]
    attributes["metadata"]["devolearn"] |= {
        "axes": understood.removesuffix("Y X").strip(),
        "channel": stack.channel or 0,
        "series": series,
    }
    return stack.data, attributes, "image"


def _voxel_size(keep: Mapping[str, Any]) -> VoxelSize | None:
    """Voxel size of the old layer, if it had all three edges in um."""
    units = [str(unit) for unit in keep.get("units") or ()]
    scale = [abs(float(edge)) for edge in keep.get("scale") or ()]
    names = "".join(str(name)[:1].lower() for name in keep.get("axis_labels") or ())
    known = {
        name: edge
        for name, edge, unit in zip(names, scale, units, strict=False)
        if unit in ("um", "micrometer", "micron") and 0 < edge < math.inf
    }
    return (known["z"], known["y"], known["x"]) if known.keys() >= {"z", "y", "x"} else None
