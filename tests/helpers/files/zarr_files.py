"""Create empty OME-Zarr images to write to."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy.typing as npt

from napari_devolearn.io.ome_zarr import pyramid
from napari_devolearn.io.ome_zarr.pyramid import Format, ZarrPyramid
from napari_devolearn.io.writing.output import Layout


def create_pyramid(
    group: Path,
    name: str,
    shape: tuple[int, int, int, int],
    dtype: npt.DTypeLike,
    *,
    voxel_size: tuple[float, float, float] | None = None,
    frames: Sequence[int] = (),
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0),
    labels: bool = True,
    zarr_format: Format = 3,
) -> ZarrPyramid:
    """Create an empty image TZYX, with frames from 0 unless they are given."""
    layout = Layout(shape, voxel_size, None, tuple(frames) or tuple(range(shape[0])), offset=offset)
    return pyramid.create_pyramid(group, name, layout, dtype=dtype, labels=labels, zarr_format=zarr_format)
