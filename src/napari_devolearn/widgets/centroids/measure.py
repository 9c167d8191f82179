"""Measure the objects of a labels layer, frame by frame, in a worker thread."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from napari.layers import Image, Labels

from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.postprocess.centroids import frame_centroids, unusual_sizes
from napari_devolearn.widgets.common.calibration import voxel_size_of
from napari_devolearn.widgets.common.form.run_block import counted
from napari_devolearn.widgets.common.layers import (
    frame_numbers,
    pixels_of,
    pixels_under,
    sliced_frames,
    volume_of,
)

if TYPE_CHECKING:
    import pandas as pd

TITLES = {"volume_um3": "volume µm³", "area_um2": "area µm²", "mean_intensity": "intensity"} | {
    f"{axis}_um": f"{axis} µm" for axis in "zyx"
}
"""Titles of the columns."""


class Measured(NamedTuple):
    """The objects of one frame."""

    t: int  # index along T
    table: pd.DataFrame  # from `frame_centroids`
    # not measured, because its slices were labelled separately, so that labels differ between slices
    sliced: bool


def iter_measure(layer: Labels, image: Image | None = None) -> Iterator[Measured]:
    """Measure a labels layer.

    `image` gives the intensities. Raises ImageFormatError if the labels do not belong to it, or if the layer
    does not have 2 to 4 axes.
    """
    if not 2 <= layer.ndim <= 4:
        raise ImageFormatError(f"{layer.name}: has {layer.ndim} axes; give (Y, X), (Z, Y, X) or (T, Z, Y, X)")
    pixels = None if image is None else pixels_under(layer, image)
    numbers, size, sliced = frame_numbers(layer), voxel_size_of(layer), sliced_frames(layer)
    for t, number in enumerate(numbers):
        frame = volume_of(layer, pixels_of(layer), t)
        left_out = t in sliced and bool(frame.any())
        rows = slice(0, 0) if left_out else slice(None)
        bright = None if pixels is None else volume_of(layer, pixels, t)[:, rows]
        yield Measured(t, frame_centroids(frame[:, rows], number, size, bright), left_out)


def shown_columns(table: pd.DataFrame) -> list[str]:
    """Columns to show: in um if the voxel size is known, else in voxels; without z for slices."""
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
    """Numbers of objects and frames, and what was not measured and why, in one line."""
    rows = sum(len(one.table) for one in measured)
    frames = sum(len(one.table) > 0 for one in measured)
    inside = f" in {counted(frames, 'frame')}" if len(measured) > 1 else ""
    parts = [counted(rows, "object") + inside]
    if unusual := sum(int(unusual_sizes(one.table).sum()) for one in measured):
        parts.append(f"{unusual} of unusual size, with a red border: merged, a part, or dividing")
    if left_out := [one.t for one in measured if one.sliced]:
        parts.append(
            f"{counted(len(left_out), 'frame')} left out, because {'its' if len(left_out) == 1 else 'their'} "
            "slices were segmented separately: run the current volume or the whole movie"
        )
    if any(one.table.iloc[:, -1].isna().any() for one in measured):
        parts.append("sizes are in voxels, because the voxel size is unknown")
    return "; ".join(parts) + "."
