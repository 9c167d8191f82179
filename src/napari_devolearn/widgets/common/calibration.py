"""Read and set the voxel size of a layer."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import numpy as np
from napari.components import ViewerModel
from napari.layers import Layer

from napari_devolearn._types import VoxelSize
from napari_devolearn.io.core.image_file import ImageFile
from napari_devolearn.io.core.tif_names import is_tif_name
from napari_devolearn.io.image import open_image
from napari_devolearn.widgets.common.layers import is_flat_movie, notes_of


def voxel_size_of(layer: Layer) -> VoxelSize | None:
    """Voxel size from the scale and units of a layer.

    (Z, Y, X) in um, where Z is 1 for a layer without Z; None if a unit is not a length.
    """
    edges, axes = [], slice(-_spatial(layer), None)
    for edge, unit in zip(layer.scale[axes], layer.units[axes], strict=True):
        if not unit.is_compatible_with("um"):
            return None
        edges.append(abs(float((float(edge) * unit).to("um").magnitude)))
    z, y, x = (1.0, *edges) if len(edges) == 2 else edges
    return z, y, x


def minutes_between_frames(layer: Layer | None) -> float | None:
    """Minutes between two frames, from the reader or the layer's units; None if unknown."""
    if layer is None:
        return None
    known = notes_of(layer).get("frame_interval")
    if known:
        return float(known)
    unit = layer.units[0]
    if layer.ndim > 2 and unit.is_compatible_with("minute"):
        return float((float(layer.scale[0]) * unit).to("minute").magnitude)
    return None


def tif_of(layer: Layer) -> ImageFile | None:
    """The tif of a layer, whichever reader opened it; None if it is not of a tif."""
    path = Path(layer.source.path or "")
    with suppress(OSError, ValueError):  # the file was removed or damaged
        return open_image(path) if is_tif_name(path.name) else None
    return None


def voxel_size_in_file(layer: Layer) -> VoxelSize | None:
    """Voxel size in the header of the tif of a layer; napari's own reader ignores it.

    (Z, Y, X) in um; None if the file is not a tif or does not contain it.
    """
    file = tif_of(layer)
    return file.calibration.voxel_size if file is not None and file.calibration else None


def set_voxel_size(viewer: ViewerModel, layer: Layer, voxel_size: VoxelSize) -> None:
    """Calibrate a layer, and all layers that had the same scale and units.

    Masks and tracks stay aligned with the image. The current slice is kept; the camera is reset, because all
    sizes have changed.

    `voxel_size`: (Z, Y, X) in um.
    """
    step = viewer.dims.current_step
    scale_and_units = tuple(layer.scale), tuple(layer.units)
    alike = [one for one in viewer.layers if (tuple(one.scale), tuple(one.units)) == scale_and_units]
    for other in alike:
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
    """Axes of a layer that are lengths: the last ones."""
    rgb_movie = layer.ndim == 3 and getattr(layer, "rgb", False)
    return 2 if is_flat_movie(layer) or rgb_movie else min(3, layer.ndim)
