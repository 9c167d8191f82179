"""Layers as labels and tracks that can be compared, and back from a voxel to a place in a layer."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.evaluation.frames import LabelFrames, labelled_planes
from napari_devolearn.exceptions import CTCFormatError, ImageFormatError
from napari_devolearn.io.ctc.masks import mask_files
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.widgets.common.scope import missing_frames, pixels_of

if TYPE_CHECKING:
    from napari.layers import Labels, Layer
    from napari.layers import Tracks as TracksLayer


def has_time(layer: Labels) -> bool:
    """Whether the first axis of a layer is time."""
    return bool(layer.ndim == 4 or (layer.ndim == 3 and str(layer.axis_labels[0]).lower() == "t"))


def numbers_of(layer: Labels) -> tuple[int, ...]:
    """Number of each frame, as in its file name where the reader kept it; else its index."""
    frames = len(pixels_of(layer)) if has_time(layer) else 1
    numbers = tuple(layer.metadata.get("devolearn", {}).get("frames", ()))
    return numbers if len(numbers) == frames else tuple(range(frames))


def volume_of(layer: Labels, array: Any, t: int) -> npt.NDArray[Any]:
    """One frame of an array that is shaped as a layer, (Z, Y, X); a view of it, if it is in memory."""
    frame = np.asarray(array[t] if has_time(layer) else array)
    return frame.reshape((1, *frame.shape)) if frame.ndim == 2 else frame


def frames_of_layer(layer: Labels) -> LabelFrames:
    """Take a labels layer as frames by number; nothing is read yet.

    Parameters
    ----------
    layer : napari.layers.Labels
        Of 2 to 4 axes. Of three, the first is time if it is named t, else z.

    Returns
    -------
    LabelFrames

    Raises
    ------
    ImageFormatError
        If it has other axes.
    """
    if not 2 <= layer.ndim <= 4:
        raise ImageFormatError(f"{layer.name}: has {layer.ndim} axes; give (Y, X), (Z, Y, X) or (T, Z, Y, X)")
    pixels, numbers = pixels_of(layer), numbers_of(layer)
    missing = missing_frames(layer) if has_time(layer) else frozenset()
    spatial = pixels.shape[1:] if has_time(layer) else pixels.shape
    z, y, x = (1, *spatial)[-3:]
    return LabelFrames(
        source=Path(layer.name),
        shape=(z, y, x),
        planes=dict.fromkeys(numbers[t] for t in range(len(numbers)) if t not in missing),
        read=lambda number: volume_of(layer, pixels, numbers.index(number)),
    )


def truth_of_layer(layer: Labels) -> LabelFrames:
    """The same, with only those frames and planes that the layer's folder of masks has.

    In the layer what has no mask is empty, and would count as a truth without objects.

    Parameters
    ----------
    layer : napari.layers.Labels

    Returns
    -------
    LabelFrames
    """
    frames = frames_of_layer(layer)
    source = layer.metadata.get("devolearn", {}).get("source")
    if source:
        with suppress(CTCFormatError):  # else it came from another file, and is the truth as it is
            labelled = labelled_planes(mask_files(Path(source)))
            planes = {number: labelled[number] for number in frames.planes if number in labelled}
            return replace(frames, planes=planes or frames.planes)
    return frames


def tracks_of_layer(layer: TracksLayer, labels: Labels) -> Tracks:
    """Take a tracks layer as a table whose frames are those of its labels.

    Parameters
    ----------
    layer : napari.layers.Tracks
    labels : napari.layers.Labels
        That the tracks are of.

    Returns
    -------
    Tracks

    Raises
    ------
    ImageFormatError
        If the tracks have points outside the labels' frames.
    ValueError
        If a track has two parents.
    """
    numbers, data = numbers_of(labels), np.asarray(layer.data)
    first = _first_time(labels) if has_time(labels) else 0
    index = np.rint(data[:, 1]).astype(int) + _first_time(layer) - first
    if index.size and (index.min() < 0 or index.max() >= len(numbers)):
        raise ImageFormatError(
            f"{layer.name}: has points outside the {len(numbers)} frames of {labels.name}; choose two that "
            "belong together"
        )
    return Tracks.from_napari(np.column_stack([data[:, 0], np.take(numbers, index)]), layer.graph)


def position_in(layer: Labels, frame: int, place: Sequence[float]) -> list[float]:
    """Where a voxel lies, as the layer's data are indexed.

    Parameters
    ----------
    layer : napari.layers.Labels
    frame : int
        Number.
    place : sequence of float
        (z, y, x).

    Returns
    -------
    list of float
        One index for each axis.
    """
    time = [float(numbers_of(layer).index(frame))] if has_time(layer) else []
    return [*time, *map(float, place[3 - layer.ndim + len(time) :])]


def _first_time(layer: Layer) -> int:
    """Where a layer begins in time, in its own steps."""
    return round(float(layer.translate[0]) / float(layer.scale[0]))
