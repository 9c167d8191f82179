"""DevolearnLineageModel: DevoLearn's lineage network, with DevoLearn's preprocessing."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Floats, Floats32
from napari_devolearn.inference.backends.backend import check_output
from napari_devolearn.inference.counting.lineage import LineageModel
from napari_devolearn.inference.counting.lineage_table import FrameCounts
from napari_devolearn.inference.counting.projections import Projections
from napari_devolearn.inference.inputs.grid import resample_labels
from napari_devolearn.inference.inputs.normalise import normalise
from napari_devolearn.inference.inputs.padding import find_content

MOST = np.array([250, 16, 78, 1, 31, 16, 2], np.float64)
"""Cells for an output of 1, in the order of ``FOUNDERS``: the largest counts in DevoLearn's training data,
from the scaler released with its model."""

_EDGE = 256  # pixels of the square to which a frame is resized
_LUMA = np.array([0.299, 0.587, 0.114], np.float32)  # ITU-R BT.601, as in OpenCV


class DevolearnLineageModel(LineageModel):
    """A ResNet that takes the whole frame, resized to 256 x 256, as three equal grey channels."""

    def count_frame(self, projections: Projections, frame: int) -> FrameCounts:
        """Count the cells of one frame; always trusted, because this network gives no uncertainty."""
        return FrameCounts(frame, self._cells(projections.read(frame, _grey)), trusted=True)

    def _cells(self, plane: Floats32) -> Floats:
        import torch

        content = find_content(plane)
        if content is not None:
            plane = content.cut(plane).astype(np.float32, copy=False)
        squeezed = (resample_labels(plane, (_EDGE, _EDGE)) - 0.5) / 0.5
        batch = torch.from_numpy(squeezed).expand(1, self.spec.in_channels, -1, -1)
        with torch.inference_mode():
            output = self._network(batch.to(self.device)).float()
        scaled = check_output(output, self.spec.name)[0].cpu().numpy()
        return np.asarray(np.maximum(scaled, 0) * MOST)


def _grey(frame: npt.NDArray[Any]) -> Floats32:
    """Scale to 0..1: 8 bit divided by 255, other types from minimum to maximum."""
    grey = frame if frame.ndim == 2 else frame[..., :3] @ _LUMA
    if frame.dtype == np.uint8:
        return np.asarray(grey, np.float32) / np.float32(255)
    return normalise(grey, (0, 100))
