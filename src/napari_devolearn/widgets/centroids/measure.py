"""Measuring the objects of a labels layer, frame by frame, in a worker thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.postprocess.centroids import frame_centroids
from napari_devolearn.widgets.common.calibration import voxel_size_of
from napari_devolearn.widgets.common.scope import Shape4D, frame_numbers, pixels_of, shape_of
from napari_devolearn.widgets.segment.result_layer import sliced_frames

if TYPE_CHECKING:
    import pandas as pd
    from napari.layers import Image, Labels

TITLES = {"volume_um3": "volume µm³", "area_um2": "area µm²", "mean_intensity": "intensity"} | {
    f"{axis}_um": f"{axis} µm" for axis in "zyx"
}
"""Of the columns, for people."""


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


def iter_measure(layer: Labels, image: Image | None = None) -> Iterator[Measured]:
    """Measure a labels layer.

    Parameters
    ----------
    layer : napari.layers.Labels
        Of 2 to 4 axes.
    image : napari.layers.Image, optional
        Of the same shape; to take intensities in.

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
        frame = _frame_of(pixels, t, shape)
        left_out = t in sliced and bool(frame.any())
        rows = slice(0, 0) if left_out else slice(None)
        bright = None if image is None else _frame_of(pixels_of(image), t, shape)[:, rows]
        yield Measured(t, frame_centroids(frame[:, rows], numbers[t], size, bright), left_out)


def _frame_of(pixels: Any, t: int, shape: Shape4D) -> npt.NDArray[Any]:
    return np.asarray(pixels[t] if len(pixels.shape) == 4 else pixels).reshape(shape[1:])


def shown_columns(table: pd.DataFrame) -> list[str]:
    """Columns for people: in um where the voxel size is known, else in voxels; no z of a slice.

    Parameters
    ----------
    table : DataFrame
        From `frame_centroids`.

    Returns
    -------
    list of str
    """
    size = table.columns[-1]
    known = not table[size].isna().any()
    axes = "yx" if size == "area_um2" else "zyx"
    return [
        "frame",
        "label",
        *(f"{axis}_um" if known else axis for axis in axes),
        *(name for name in ("mean_intensity",) if name in table.columns),
        size if known else "voxels",
    ]


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
