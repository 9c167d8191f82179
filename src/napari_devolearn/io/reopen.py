"""Show and correct the axes of a layer's tif, for the field "Axes" of a dock."""

from __future__ import annotations

import math
from collections.abc import Mapping
from itertools import permutations
from pathlib import Path
from typing import Any

from napari_devolearn._types import VoxelSize
from napari_devolearn.io.core.image_file import ImageFile
from napari_devolearn.io.core.stack import layer_attributes
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


def tif_of_layer(path: Path | str, axes: str | None = None, series: int | None = None) -> ImageFile:
    """Read the header of a tif, or check `axes`, the user's input; errors are those of `open_tif`."""
    path = Path(path)
    return open_tif(path, volume=parse_name(path) is not None, axes=axes, series=series)


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
    kept: Mapping[int, Mapping[str, Any]] | None = None,
    *,
    channels: int = 1,
    series: int | None = None,
) -> list[tuple[Any, dict[str, Any], str]]:
    """Open the tif of layers again with other axes.

    Parameters
    ----------
    path : Path or str
        `layer.source.path`.
    axes : str
        The axes before Y and X, slowest first: ``"ZTYX"``, ``"T3 Z5 Y X"``.
    kept : mapping of int to mapping
        Attributes of the old layers, `layer.as_layer_data_tuple()[1]`, by channel: name, scale along Y, X
        and Z, units, colormap, contrast and the like are kept.
    channels : int
        Number of channels with the old axes; those without an old layer were removed by the user.
    series : int, optional
        One of several images in the tif; `layer.metadata["devolearn"]["series"]`.

    Returns
    -------
    list of tuple
        (data, attributes, "image") of each channel that had a layer or is new, for
        `napari.layers.Layer.create`. The channel is in `attributes["metadata"]["devolearn"]`.

    Raises
    ------
    AxesError, ImageFormatError
        If `axes` does not match the number of planes, or the file is missing or damaged.
    """
    kept = kept or {0: {}}
    found = tif_of_layer(path, axes, series)
    layers = []
    for number in [n for n in range(found.channels) if n in kept or n >= channels] or [0]:
        keep = dict(kept.get(number) or next(iter(kept.values())))
        if number not in kept:
            name = f"{keep.get('name', Path(path).stem)} {found.channel_name(number)}"
            keep |= {"name": name, "blending": "additive"}
            keep.pop("contrast_limits", None)  # of other pixels
        stack = read_image(
            path,
            axes=axes,
            channel=number if found.channels > 1 else None,
            series=series,
            voxel_size=_voxel_size(keep),
        )
        attributes = layer_attributes(stack)
        attributes |= {name: keep[name] for name in _KEPT if name in keep}
        attributes["metadata"] = dict(keep.get("metadata") or {}) | attributes["metadata"]
        attributes["metadata"]["devolearn"] |= {"axes": found.axes, "channel": number, "series": series}
        layers.append((stack.data, attributes, "image"))
    return layers


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
