"""The axes of a layer's tif, shown and put right: for the line "Axes T Z Y X" of a dock."""

from __future__ import annotations

import math
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from napari_devolearn._types import VoxelSize
from napari_devolearn.io.core.layer_attributes import layer_attributes
from napari_devolearn.io.core.tif_names import is_tif_name
from napari_devolearn.io.ctc.names import parse_name
from napari_devolearn.io.image import read_image
from napari_devolearn.io.tiff.tif import open_tif

_KEPT = (
    "name", "colormap", "blending", "opacity", "gamma", "visible", "contrast_limits", "interpolation2d",
    "rendering",
)  # fmt: skip


class FileAxes(NamedTuple):
    """The axes of a tif as they were understood.

    Parameters
    ----------
    text : str
        To show and to edit, slowest first with sizes: ``"T3 Z5 Y X"``.
    channels : int
    channel_names : tuple of str
        One for each channel, or none.
    """

    text: str
    channels: int
    channel_names: tuple[str, ...]


def axes_of(path: Path | str, axes: str | None = None) -> FileAxes:
    """Say what the axes of a tif are taken to be; only its header is read.

    Parameters
    ----------
    path : Path or str
        As `layer.source.path` has it.
    axes : str, optional
        What a person wrote, to see whether it fits.

    Returns
    -------
    FileAxes

    Raises
    ------
    AxesError
        If the header contradicts itself, or `axes` does not go with the number of planes.
    ImageFormatError
        If the file is gone, damaged or no tif.
    """
    path = Path(path)
    file = open_tif(path, volume=parse_name(path) is not None, axes=axes)
    return FileAxes(f"{file.axes} Y X".strip(), file.channels, file.channel_names)


def can_reopen(path: Path | str | None) -> bool:
    """Whether a layer came from one tif, so that its axes can be put right; never raises."""
    return bool(path) and is_tif_name(str(path)) and Path(str(path)).is_file()


def reopened_layer(
    path: Path | str, axes: str, *, channel: int | str | None = None, keep: Mapping[str, Any] | None = None
) -> tuple[Any, dict[str, Any], str]:
    """Open the tif of a layer again with other axes.

    Parameters
    ----------
    path : Path or str
        As `layer.source.path` has it.
    axes : str
        The axes in front of Y and X, slowest first: ``"ZTYX"``, ``"T3 Z5 Y X"``.
    channel : int or str, optional
        Which of several, counted from 0 or by its name; `layer.metadata["devolearn"]["channel"]`.
    keep : mapping, optional
        Attributes of the old layer, as `layer.as_layer_data_tuple()[1]`: its name, scale along Y, X and Z,
        units, colormap, contrast and the like are kept.

    Returns
    -------
    tuple
        (data, attributes, "image"): for `napari.layers.Layer.create`.

    Raises
    ------
    AxesError
        If `axes` does not go with the number of planes; the message says what would.
    ImageFormatError
        If the file is gone or damaged, or has several channels and none is chosen.
    """
    keep = dict(keep or {})
    stack = read_image(path, axes=axes, channel=channel, voxel_size=_voxel_size(keep))
    attributes = layer_attributes(stack)
    attributes |= {name: keep[name] for name in _KEPT if name in keep}
    attributes["metadata"] = dict(keep.get("metadata") or {}) | attributes["metadata"]
    attributes["metadata"]["devolearn"] |= {"axes": axes, "channel": stack.channel or 0}
    return stack.data, attributes, "image"


def _voxel_size(keep: Mapping[str, Any]) -> VoxelSize | None:
    """Voxel size of the old layer, where it had all three edges in um; the Y and X that a person set."""
    units = [str(unit) for unit in keep.get("units") or ()]
    scale = [abs(float(edge)) for edge in keep.get("scale") or ()]
    names = "".join(str(name)[:1].lower() for name in keep.get("axis_labels") or ())
    known = {
        name: edge
        for name, edge, unit in zip(names, scale, units, strict=False)
        if unit in ("um", "micrometer", "micron") and 0 < edge < math.inf
    }
    return (known["z"], known["y"], known["x"]) if known.keys() >= {"z", "y", "x"} else None
