"""SliceView: a slice without its padding, and its outputs back in the whole slice."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from napari_devolearn._types import Array, Mask, Probability
from napari_devolearn.inference.inputs.grid import resample_labels
from napari_devolearn.inference.inputs.normalise import in_float32
from napari_devolearn.inference.inputs.padding import Content, find_content
from napari_devolearn.models.spec import ModelSpec


@dataclass(frozen=True, eq=False)
class SliceView:
    """The content of a slice.

    `planes`: (Y, X) or (C, Y, X) of the content's box, real.
    `shape`: (Y, X) of the whole slice.
    """

    planes: Array
    content: Content
    shape: tuple[int, int]

    @classmethod
    def of(cls, planes: Array, spec: ModelSpec) -> SliceView | None:
        """Remove the padding of a slice; None for a slice whose pixels are all equal.

        `planes`: (Y, X) or (C, Y, X); the middle channel is the slice itself.
        """
        content = find_content(planes if planes.ndim == 2 else planes[len(planes) // 2])
        if content is None:
            return None
        inside = content.cut(in_float32(planes), mirror=spec.mirrors_edges)
        return cls(inside, content, (planes.shape[-2], planes.shape[-1]))

    def valid(self, shape: tuple[int, int]) -> Mask | None:
        """Mask of the pixels for percentiles, resampled to a shape; None for all."""
        valid = self.content.valid
        return None if valid is None else resample_labels(valid, shape)

    def restore(self, outputs: Probability) -> Probability:
        """Put outputs (K, Y, X) of the content back into the whole slice, with 0 in the padding."""
        if not self.content.share:
            return outputs
        whole = np.zeros((len(outputs), *self.shape), np.uint8)
        padding = self.content.padding
        whole[:, *self.content.box] = outputs if padding is None else np.where(padding, np.uint8(0), outputs)
        return whole
