"""Mistakes drawn as labels: one array for each kind, in the shape of the layer that shows it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_devolearn.evaluation.inspect import InspectedFrame
from napari_devolearn.evaluation.mistakes import Kind
from napari_devolearn.inference.cache import allocate
from napari_devolearn.widgets.common.layers import frame_numbers, pixels_of, volume_of

if TYPE_CHECKING:
    from napari.layers import Labels as LabelsLayer


class MistakeMaps:
    """Mistakes frame by frame; an array is allocated for a kind at its first mistake."""

    def __init__(self, result: LabelsLayer, truth: LabelsLayer) -> None:
        self._result, self._truth = result, truth
        self.arrays: dict[Kind, npt.NDArray[Any]] = {}  # in the shape of `like`

    def like(self, kind: Kind) -> LabelsLayer:
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
                self.arrays[kind] = allocate(pixels.shape, _label_type(pixels.dtype))
            number = frame.pair.truth if kind == "false_negative" else frame.pair.result
            volume = volume_of(layer, self.arrays[kind], frame_numbers(layer).index(number))
            for crop in crops:
                volume[crop.box][crop.mask] = crop.label


def _label_type(dtype: npt.DTypeLike) -> type[np.generic]:
    """Type of the layer if it is small: napari compiles its colouring for each new type."""
    known = np.dtype(dtype)
    return known.type if known.kind == "u" and known.itemsize <= 2 else np.uint32
