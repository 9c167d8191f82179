"""The voxel size of a layer, read and set."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from napari_devolearn._types import VoxelSize
from napari_devolearn.widgets.common.layers import is_flat_movie, notes_of

if TYPE_CHECKING:
    from napari.components import ViewerModel
    from napari.layers import Layer


def voxel_size_of(layer: Layer) -> VoxelSize | None:
    """Voxel size that a layer's scale and units give.

    (Z, Y, X) in um, Z being 1 for a layer without Z; None where a unit is no length, such as pixels.
    """
    edges, axes = [], slice(-_spatial(layer), None)
    for edge, unit in zip(layer.scale[axes], layer.units[axes], strict=True):
        if not unit.is_compatible_with("um"):
            return None
        edges.append(abs(float((float(edge) * unit).to("um").magnitude)))
    z, y, x = (1.0, *edges) if len(edges) == 2 else edges
    return z, y, x


def minutes_between_frames(layer: Layer | None) -> float | None:
    """Minutes between two frames, as the reader found them or the layer's units say; None if unknown."""
    if layer is None:
        return None
    known = notes_of(layer).get("frame_interval")
    if known:
        return float(known)
    unit = layer.units[0]
    if layer.ndim > 2 and unit.is_compatible_with("minute"):
        return float((float(layer.scale[0]) * unit).to("minute").magnitude)
    return None


def voxel_size_in_file(layer: Layer) -> VoxelSize | None:
    """Voxel size in the header of the tif that a layer came from, whichever reader opened it.

    napari's own reader drops it. Only the header is read.

    (Z, Y, X) in um; None where the file does not say, or is no tif.
    """
    from napari_devolearn.io.image import open_image

    path = Path(layer.source.path or "")
    if path.suffix.lower() not in (".tif", ".tiff"):
        return None
    with suppress(OSError, ValueError):  # gone since, or damaged: then the layer is all there is
        calibration = open_image(path).calibration
        return calibration.voxel_size if calibration else None
    return None


def set_voxel_size(viewer: ViewerModel, layer: Layer, voxel_size: VoxelSize) -> None:
    """Calibrate a layer, and with it each layer that had the same scale and units.

    Masks and tracks that lay on the image still do. The slice in view stays; the view is reset,
    since the size of everything in it has changed.

    `voxel_size`: (Z, Y, X) in um.
    """
    step = viewer.dims.current_step
    for other in _calibrated_alike(viewer, layer):
        spatial = _spatial(other)
        scale, translate = np.array(other.scale), np.array(other.translate)
        new = np.array(voxel_size[-spatial:])
        translate[-spatial:] *= new / np.abs(scale[-spatial:])
        scale[-spatial:] = np.copysign(new, scale[-spatial:])
        other.units = (*other.units[:-spatial], *("um",) * spatial)
        other.scale, other.translate = scale, translate
    viewer.reset_view()
    viewer.dims.current_step = step


def _spatial(layer: Layer) -> int:
    """Axes of a layer that are lengths, the last ones."""
    rgb_movie = layer.ndim == 3 and getattr(layer, "rgb", False)
    return 2 if is_flat_movie(layer) or rgb_movie else min(3, layer.ndim)


def _calibrated_alike(viewer: ViewerModel, layer: Layer) -> list[Layer]:
    def calibration(one: Layer) -> tuple[tuple[float, ...], tuple[object, ...]]:
        return tuple(one.scale), tuple(one.units)

    own = calibration(layer)
    return [other for other in viewer.layers if calibration(other) == own]
