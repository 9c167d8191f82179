"""Centroids and sizes of labelled objects, as a table and as points of a napari Tracks layer."""

from __future__ import annotations

import os
from collections.abc import Generator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Array, ArrayLike4D, Floats, Mask, VoxelSize
from napari_devolearn.exceptions import ImageFormatError
from napari_devolearn.io.core.calibration import check_voxel_size
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.writing.frames import to_tzyx
from napari_devolearn.postprocess.components import measure_labels

if TYPE_CHECKING:
    import pandas as pd

USUAL_SIZES = (0.5, 1.6)
"""Relative sizes of single nuclei. A smaller object may be a part of one, a larger one two that are merged.

Source: in simulated embryos of 190 and 350 nuclei without mitosis, 87 % of the segmented ones outside these
limits are wrong, and 76 % of the wrong ones are outside (research/notes/nucleus.md)."""

CROWDED = 50
"""Objects from which sizes are compared: in younger embryos nuclei hardly touch, and divide together."""


def centroids(
    labels: Stack | Any, *, voxel_size: Sequence[float] | None = None, image: Stack | Any | None = None
) -> pd.DataFrame:
    """Centroid and size of each object in each frame.

    Parameters
    ----------
    labels : Stack, or array-like of YX, ZYX or TZYX of integer
    voxel_size : sequence of float, optional
        (Z, Y, X) or (Y, X) in um; by default the stack's own.
    image : Stack, or array-like of the labels' shape, optional
        Image in which to measure intensities.

    Returns
    -------
    DataFrame
        One row per object, sorted by frame, then label; columns as in `iter_centroids`.

    Raises
    ------
    ImageFormatError
        If the labels are not integers or have other axes, the voxel size is invalid, or the image has
        another shape.
    """
    import pandas as pd

    return pd.concat(iter_centroids(labels, voxel_size=voxel_size, image=image), ignore_index=True)


def iter_centroids(
    labels: Stack | Any, *, voxel_size: Sequence[float] | None = None, image: Stack | Any | None = None
) -> Generator[pd.DataFrame, None, None]:
    """Centroid and size of each object, one frame at a time.

    Parameters
    ----------
    labels : Stack, or array-like of YX, ZYX or TZYX of integer
        Read frame by frame.
    voxel_size : sequence of float, optional
        (Z, Y, X) or (Y, X) in um; by default the stack's own.
    image : Stack, or array-like of the labels' shape, optional
        Image in which to measure intensities; read frame by frame.

    Yields
    ------
    DataFrame
        frame
            Frame number of a stack, or index of an array.
        minutes
            The frame times the stack's frame interval; only if that is known.
        label
        z, y, x
            Mean voxel indices; the centre of the first voxel is 0.
        z_um, y_um, x_um
            The same times the voxel size; NaN if that is unknown.
        mean_intensity
            In the image; only if an image is given.
        relative_size
            Voxels, relative to the median object of the frame; see `USUAL_SIZES`.
        voxels
            Number of voxels.
        volume_um3, or area_um2 if there is one slice
            NaN if the voxel size is unknown.
    """
    stack = _labels_of(labels)
    size = stack.voxel_size if voxel_size is None else check_voxel_size(voxel_size)
    pixels = image.data if isinstance(image, Stack) else None if image is None else _tzyx(image)
    if pixels is not None and tuple(pixels.shape) != stack.shape:
        raise ImageFormatError(
            f"image: shape {tuple(pixels.shape)}, but the labels have {stack.shape}; give the segmented image"
        )
    for index, number in enumerate(stack.frames):
        frame = np.asarray(stack.data[index])
        bright = None if pixels is None else np.asarray(pixels[index])
        yield frame_centroids(frame, number, size, bright, stack.frame_interval)


def frame_centroids(
    frame: npt.NDArray[np.integer],
    number: int,
    voxel_size: VoxelSize | None,
    image: npt.NDArray[Any] | None = None,
    frame_interval: float | None = None,
) -> pd.DataFrame:
    """Centroid and size of each object of one frame; columns as in `iter_centroids`.

    `frame`: (Z, Y, X), integer; `image` has the same shape.
    `number`: frame number.
    `voxel_size`: (Z, Y, X) in um, if known.
    `frame_interval`: minutes between frames, if known.
    """
    import pandas as pd

    label, count, center, intensity = measure_labels(frame, image)
    flat, size = frame.shape[0] == 1, np.array(voxel_size or (np.nan,) * 3)
    voxel = size[flat:].prod()
    columns: dict[str, Array] = {"frame": np.full(label.size, number)}
    if frame_interval is not None:
        columns["minutes"] = np.full(label.size, number * frame_interval)
    columns["label"] = label
    columns |= dict(zip("zyx", center.T, strict=True))
    columns |= dict(zip(("z_um", "y_um", "x_um"), (center * size).T, strict=True))
    if image is not None:
        columns["mean_intensity"] = intensity
    columns["relative_size"] = count / np.median(count) if label.size else np.empty(0)
    return pd.DataFrame(columns | {"voxels": count, "area_um2" if flat else "volume_um3": count * voxel})


def unusual_sizes(table: pd.DataFrame) -> Mask:
    """Whether each object of a crowded frame has an unusual size; its nucleus may also be dividing.

    `table`: from `centroids`.
    """
    crowded = table.groupby("frame")["label"].transform("size") >= CROWDED
    return np.asarray(crowded & ~table["relative_size"].between(*USUAL_SIZES), bool)


def track_points(masks: Stack | Any) -> Floats:
    """Mean position of each object in each frame, for a napari Tracks layer.

    Returns (N, 5), float64: label, frame number, z, y, x in voxels; sorted by label, then frame.
    """
    stack = _labels_of(masks)

    def of_frame(index: int) -> Floats:
        label, _, center, _ = measure_labels(np.asarray(stack.data[index]))
        number = np.full(label.size, stack.frames[index])
        return np.column_stack([label, number, center]).astype(np.float64)

    # each thread holds one frame; more threads need more memory and are not faster
    with ThreadPoolExecutor(min(4, os.cpu_count() or 1)) as pool:
        points = np.concatenate(list(pool.map(of_frame, range(len(stack.frames)))))
    return points[np.lexsort((points[:, 1], points[:, 0]))]


def _labels_of(labels: Stack | Any) -> Stack:
    """Labels as a stack without missing frames."""
    if isinstance(labels, Stack):
        return labels.without_missing()
    data = _tzyx(labels)
    if np.dtype(data.dtype).kind not in "biu":
        raise ImageFormatError(f"labels: type {data.dtype}; give integers, one label per object")
    return Stack(data=data, name="labels", source=Path("labels"), frames=tuple(range(data.shape[0])))


def _tzyx(array: Any) -> ArrayLike4D:
    return to_tzyx(array if hasattr(array, "shape") else np.asarray(array))
