"""Measuring the objects of a labels layer, frame by frame, in a worker thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.postprocess.centroids import frame_centroids
from napari_devolearn.widgets.common.calibration import voxel_size_of
from napari_devolearn.widgets.common.scope import frame_numbers, pixels_of, shape_of
from napari_devolearn.widgets.segment.result_layer import sliced_frames

if TYPE_CHECKING:
    import pandas as pd
    from napari.layers import Labels


class Measured(NamedTuple):
    """The objects of one frame.

    Parameters
    ----------
    t : int
        Index along T.
    table : DataFrame
        From `frame_centroids`.
    sliced : bool
        Its slices were labelled one by one, so that a number means another object in each: not measured.
    """

    t: int
    table: pd.DataFrame
    sliced: bool


def iter_measure(layer: Labels) -> Iterator[Measured]:
    """Measure a labels layer.

    Parameters
    ----------
    layer : napari.layers.Labels
        Of 2 to 4 axes.

    Yields
    ------
    Measured
        For each frame.

    Raises
    ------
    ImageFormatError
        If it has other axes.
    """
    if not 2 <= layer.ndim <= 4:
        raise ImageFormatError(f"{layer.name}: has {layer.ndim} axes; give (Y, X), (Z, Y, X) or (T, Z, Y, X)")
    shape, numbers, size = shape_of(layer), frame_numbers(layer), voxel_size_of(layer)
    pixels, sliced = pixels_of(layer), sliced_frames(layer)
    for t in range(shape[0]):
        frame = np.asarray(pixels[t] if layer.ndim == 4 else pixels).reshape(shape[1:])
        left_out = t in sliced and bool(frame.any())
        measured = np.zeros_like(frame[:, :0]) if left_out else frame
        yield Measured(t, frame_centroids(measured, numbers[t], size), left_out)


def summary(measured: Sequence[Measured]) -> str:
    """What was found, and what was not measured and why, in one line for people."""
    rows = sum(len(one.table) for one in measured)
    frames = sum(len(one.table) > 0 for one in measured)
    parts = [f"{rows} objects in {frames} frames" if len(measured) > 1 else f"{rows} objects"]
    if left_out := [one.t for one in measured if one.sliced]:
        parts.append(
            f"{len(left_out)} frames left out, since their slices were segmented one by one: "
            "run the current volume or the whole movie"
        )
    if any(one.table.iloc[:, -1].isna().any() for one in measured):
        parts.append("sizes are in voxels, since the voxel size is unknown")
    return "; ".join(parts) + "."
