"""A lineage model without a network: counts follow from the brightness of a frame."""

from __future__ import annotations

import threading

import numpy as np

from napari_devolearn.inference.counting.lineage import LineageModel
from napari_devolearn.inference.counting.lineage_table import FrameCounts
from napari_devolearn.inference.counting.projections import Projections
from napari_devolearn.lineage.decoding.reference import load_reference
from napari_devolearn.lineage.founders import FOUNDERS
from napari_devolearn.models.spec import ModelSpec

SPEC = ModelSpec(
    name="lineage", task="lineage", architecture="resnet", pixel_size=0.3, outputs=FOUNDERS, sha256="0" * 64
)


class CountingModel(LineageModel):
    """Counts of the mean real embryo whose age in minutes is the brightest pixel; black is uncertain."""

    def __init__(self) -> None:
        self.spec, self.device = SPEC, "cpu"

    def count_frame(self, projections: Projections, frame: int) -> FrameCounts:
        age = float(projections.read(frame).max())
        return FrameCounts(frame, load_reference().counts_at([age])[0] * (age > 0), trusted=age > 0)


def aging_movie(frames: int = 12, *, rgb: bool = True) -> np.ndarray:
    """(T, 16, 24[, 3]), uint8: the first frame is black, then 10 minutes per frame."""
    movie = np.zeros((frames, 16, 24), np.uint8)
    movie[:, 4:12, 6:18] = (10 * np.arange(frames))[:, None, None]
    return np.repeat(movie[..., None], 3, axis=-1) if rgb else movie


class GatedModel(CountingModel):
    """Counts only as many frames as the gate allows."""

    def __init__(self, frames: int = 0) -> None:
        super().__init__()
        self.gate = threading.Semaphore(frames)
        self.asked: list[int] = []

    def count_frame(self, projections: Projections, frame: int) -> FrameCounts:
        counts = super().count_frame(projections, frame)
        self.asked.append(frame)
        self.gate.acquire(timeout=10)
        return counts
