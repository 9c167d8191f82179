"""Segment one visitor's image step by step, the current slice first."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from napari_devolearn._types import Labels, Probability, VoxelSize
from napari_devolearn.inference.cache import ProbabilityCache, allocate
from napari_devolearn.inference.inputs.opening import open_movie
from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.inference.pipeline import label_frame
from napari_devolearn.inference.planes import predict_planes
from napari_devolearn.inference.predictor import Predictor
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.postprocess.centroids import frame_centroids
from napari_devolearn.postprocess.embryo import EmbryoSize, measure_embryo
from napari_devolearn.web.server.work import Task

if TYPE_CHECKING:
    import pandas as pd


class Segmentation(Task):
    """Predicts the probability once, and makes labels again after changes of the parameters.

    `params`: may be replaced: the probability is kept, so the network does not run again.
    `visible`: index of the current frame, which is processed first.
    `tables`: centroids and sizes of the objects, of frames labelled with the current parameters.
    `embryos`: of the same frames, if the model finds embryos.
    """

    def __init__(
        self,
        stack: Stack,
        voxel_size: VoxelSize,
        model: Predictor,
        params: SegmentParams,
        on_change: Callable[[], None],
    ) -> None:
        super().__init__(on_change)
        self.stack = stack
        self.movie = open_movie(stack, voxel_size, model.spec)
        self.model = model
        self.params = params
        self.visible = 0
        self.tables: dict[int, pd.DataFrame] = {}
        self.embryos: dict[int, EmbryoSize] = {}
        self._missing = {t for t, frame in enumerate(stack.frames) if frame in stack.missing}
        self._cache = ProbabilityCache(self.movie.shape, len(model.spec.outputs))
        self._labels = allocate(self.movie.shape, np.uint32)
        self._labelled: list[SegmentParams | None] = [None] * self.movie.shape[0]

    @property
    def slices_done(self) -> int:
        """Number of predicted slices."""
        return int(self._cache.done.sum())

    @property
    def slices(self) -> int:
        """Number of slices of the movie, without missing frames."""
        frames, slices = self.movie.shape[:2]
        return (frames - len(self._missing)) * slices

    @property
    def finished(self) -> bool:
        """Whether every frame is labelled with the current parameters."""
        return all(self.is_labelled(t) for t in range(len(self._labelled)))

    def is_labelled(self, t: int) -> bool:
        """Whether a frame is labelled with the current parameters, or has no image."""
        return t in self._missing or self._labelled[t] == self.params

    def probability(self, t: int, z: int) -> Probability | None:
        """Foreground probability of a slice, (Y, X), if predicted."""
        return self._cache.data[t, z] if self._cache.done[t, z] else None

    def labels(self, t: int) -> Labels:
        """Latest labels of a frame, (Z, Y, X)."""
        labels: Labels = self._labels[t]
        return labels

    def step(self) -> bool:
        """Predict a slice or label a frame: the current frame first, then the following ones.

        Returns whether anything remains.
        """
        params, count = self.params, self.movie.shape[0]
        for t in ((self.visible + k) % count for k in range(count)):
            if t in self._missing:
                continue
            if not self._cache.done[t].all():
                missing = np.flatnonzero(~self._cache.done[t])[: self.model.batch]
                predict_planes(self.movie, self.model, self._cache, [(t, int(z)) for z in missing])
                break
            if self._labelled[t] != params:
                self._label(t, params)
                break
        else:
            return False
        self._on_change()
        return True

    def _label(self, t: int, params: SegmentParams) -> None:
        outputs = self._cache.frame(t)
        labels = label_frame(t, outputs, params, self.movie, self.model, self._cache)
        self._labels[t] = labels
        self.tables[t] = frame_centroids(
            labels,
            self.stack.frames[t],
            self.movie.voxel_size,
            frame_interval=self.stack.frame_interval,
        )
        if self.model.spec.task == "embryo":
            self.embryos[t] = measure_embryo(labels, self.movie.voxel_size, outputs[0])
        self._labelled[t] = params
