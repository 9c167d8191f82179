"""Mistakes drawn as labels: an array for each kind, shaped as the layer that shows it."""

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
    """Grows frame by frame; a kind of mistake takes room once there is one."""

    def __init__(self, result: LabelsLayer, truth: LabelsLayer) -> None:
        self._result, self._truth = result, truth
        self.arrays: dict[Kind, npt.NDArray[Any]] = {}  # shaped as `like` says

    def like(self, kind: Kind) -> LabelsLayer:
        """The layer that a kind of mistake lies over: what was missed is drawn in the truth alone."""
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
    """That of the layer if it is small: napari compiles how it colours labels for each type anew."""
    known = np.dtype(dtype)
    return known.type if known.kind == "u" and known.itemsize <= 2 else np.uint32
