"""Layers as labels and tracks to compare, and mistakes as positions and labels in the shape of a layer."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from napari.layers import Labels
from napari.layers import Tracks as TracksLayer

from napari_devolearn.evaluation.frames import LabelFrames, labelled_planes
from napari_devolearn.evaluation.inspect import InspectedFrame
from napari_devolearn.evaluation.mistakes import Kind
from napari_devolearn.exceptions import CTCFormatError, ImageFormatError
from napari_devolearn.inference.cache import allocate
from napari_devolearn.io.ctc.masks import mask_files
from napari_devolearn.lineage.tracks import Tracks
from napari_devolearn.widgets.common.form.run_block import counted
from napari_devolearn.widgets.common.layers import (
    first_time,
    frame_numbers,
    has_time,
    missing_frames,
    notes_of,
    pixels_of,
    volume_of,
)


def frames_of_layer(layer: Labels) -> LabelFrames:
    """Frames of a labels layer by number; nothing is read yet.

    The first of three axes is time if its name says so, else z. Raises ImageFormatError if there are not 2 to
    4.
    """
    if not 2 <= layer.ndim <= 4:
        raise ImageFormatError(f"{layer.name}: has {layer.ndim} axes; give (Y, X), (Z, Y, X) or (T, Z, Y, X)")
    pixels, numbers = pixels_of(layer), frame_numbers(layer)
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
    """As `frames_of_layer`, with only the frames and planes that have a mask in the layer's folder.

    Frames without a mask are empty in the layer, and would count as ground truth without objects.
    """
    frames = frames_of_layer(layer)
    source = notes_of(layer).get("source")
    if source:
        with suppress(CTCFormatError):  # else it came from another file, and is complete
            labelled = labelled_planes(mask_files(Path(source)))
            planes = {number: labelled[number] for number in frames.planes if number in labelled}
            return replace(frames, planes=planes or frames.planes)
    return frames


def tracks_of_layer(layer: TracksLayer, labels: Labels) -> Tracks:
    """Track table of a tracks layer, with the frames of its labels.

    Raises ImageFormatError if the tracks have points outside the labels' frames, and ValueError if a track
    has two parents.
    """
    numbers, data = frame_numbers(labels), np.asarray(layer.data)
    first = first_time(labels) if has_time(labels) else 0
    index = np.rint(data[:, 1]).astype(int) + first_time(layer) - first
    if index.size and (index.min() < 0 or index.max() >= len(numbers)):
        raise ImageFormatError(
            f"{layer.name}: has points outside the {counted(len(numbers), 'frame')} of {labels.name}; choose "
            "layers that belong together"
        )
    return Tracks.from_napari(np.column_stack([data[:, 0], np.take(numbers, index)]), layer.graph)


def position_in(layer: Labels, frame: int, place: Sequence[float]) -> list[float]:
    """Position of a voxel in the indices of the layer's data.

    `frame`: number; `place`: (z, y, x). Returns one index for each axis.
    """
    time = [float(frame_numbers(layer).index(frame))] if has_time(layer) else []
    return [*time, *map(float, place[3 - layer.ndim + len(time) :])]


class MistakeMaps:
    """Mistakes frame by frame; an array is allocated for a kind at its first mistake."""

    def __init__(self, result: Labels, truth: Labels) -> None:
        self._result, self._truth = result, truth
        self.arrays: dict[Kind, npt.NDArray[Any]] = {}  # in the shape of `like`

    def like(self, kind: Kind) -> Labels:
        """Layer to align a kind of mistake with: missed objects exist only in the ground truth."""
        return self._truth if kind == "false_negative" else self._result

    def draw(self, frame: InspectedFrame) -> None:
        """Add the mistakes of a frame."""
        for kind, crops in frame.crops.items():
            if not crops:
                continue
            layer = self.like(kind)
            if kind not in self.arrays:
                pixels = pixels_of(layer)
                # in the type of the layer if it is small: napari compiles its colouring for each new type
                small = pixels.dtype.kind == "u" and pixels.dtype.itemsize <= 2
                self.arrays[kind] = allocate(pixels.shape, pixels.dtype if small else np.uint32)
            number = frame.pair.truth if kind == "false_negative" else frame.pair.result
            volume = volume_of(layer, self.arrays[kind], frame_numbers(layer).index(number))
            for crop in crops:
                volume[crop.box][crop.mask] = crop.label
