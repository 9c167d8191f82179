"""Model: a segmentation network on a device."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_devolearn._types import Array, Probability
from napari_devolearn.inference.backends.backend import Backend, compile_network
from napari_devolearn.inference.backends.device import streams_of
from napari_devolearn.inference.inputs.grid import resample_image, target_shape
from napari_devolearn.inference.inputs.normalise import scale_as_trained
from napari_devolearn.inference.inputs.opening import open_movie
from napari_devolearn.inference.inputs.slice_view import SliceView
from napari_devolearn.inference.planes import predict_movie
from napari_devolearn.inference.predictor import PredictorSource
from napari_devolearn.models.ranges import Ranges
from napari_devolearn.models.spec import ModelSpec

if TYPE_CHECKING:
    from torch import nn

_GPU_BATCH = 16  # slices, until the GPU's memory runs out


class Model:
    """A segmentation network on a device.

    `network`: (N, in_channels, Y, X) to logits (N, outputs, Y, X).
    `device`: a device of this machine.
    `backend`: how the network runs on a CPU.
    `ranges`: ranges of the inputs of its convolutions, from ``read_ranges``; needed for 8-bit integers.
    `source`: how to load it again; None if it was not loaded by `load_model`.
    Attribute `batch`: best number of slices per call.
    Attribute `forward_passes`: slices that were predicted so far; each tile of a large slice counts as one.
    """

    def __init__(
        self,
        spec: ModelSpec,
        network: nn.Module,
        device: str,
        backend: Backend = "auto",
        ranges: Ranges | None = None,
        source: PredictorSource | None = None,
    ) -> None:
        import torch

        self.spec = spec
        self.device = device
        self.source = source
        # twice as many slices as are predicted at once, so that all cores stay busy
        self.batch = 2 * streams_of(torch.get_num_threads()) if device == "cpu" else _GPU_BATCH
        self.forward_passes = 0
        self._counting = Lock()
        self._run = compile_network(network.eval(), device, backend, ranges)

    @property
    def compute_backend(self) -> str:
        """Backend and number type; probabilities differ in the last digit between two of them."""
        return self._run.name

    def predict(self, image: Any, *, voxel_size: Sequence[float] | None = None) -> Probability:
        """Predict the probability of the foreground for a file or an array.

        Parameters
        ----------
        image : path, Stack or array-like, (Y, X), (Z, Y, X) or (T, Z, Y, X)
        voxel_size : sequence of float, optional
            (Z, Y, X) or (Y, X) in um.

        Returns
        -------
        ndarray, shape of the image, uint8
            0..255 for 0..1.

        Raises
        ------
        ImageFormatError
            If the image cannot be read or its values are not real numbers.
        """
        return predict_movie(open_movie(image, voxel_size, self.spec), self)

    def predict_planes(
        self, batch: Sequence[Array], size: tuple[float, float], spans: Sequence[float] | None = None
    ) -> list[Probability]:
        """Predict slices of one shape.

        `batch`: slices, (Y, X), real, or slices with their neighbours, (in_channels, Y, X), from
        ``Movie.slab``. A single slice is repeated if the model takes neighbours.
        `size`: pixel size, (Y, X), in um.
        `spans`: intensity range of each slice's volume, from ``volume_span``; 0 for a single slice.
        Returns a list of (len(spec.outputs), Y, X), uint8, 0..255 for 0..1; 0 in padding, and in a slice
        whose pixels are all equal.
        """
        views = [SliceView.of(planes, self.spec) for planes in batch]
        each = zip(views, spans or [0.0] * len(batch), strict=True)
        shown = [(view, span) for view, span in each if view is not None]
        predicted = iter(
            [self._predict_view(view, size, span) for view, span in shown]
            if self.device == "cpu"
            else self._predict_on_gpu(shown, size)
        )
        return [
            np.zeros((len(self.spec.outputs), *planes.shape[-2:]), np.uint8)
            if view is None
            else view.restore(next(predicted))
            for planes, view in zip(batch, views, strict=True)
        ]

    def _predict_on_gpu(
        self, views: Sequence[tuple[SliceView, float]], size: tuple[float, float]
    ) -> list[Probability]:
        from napari_devolearn.inference.backends.gpu import in_batches, predict_on_gpu

        def predict(some: Sequence[tuple[SliceView, float]]) -> list[Probability]:
            each, spans = zip(*some, strict=True)
            return predict_on_gpu(self._run, self.spec, self.device, each, size, spans)

        predicted: list[Probability] = []
        for _, alike in groupby(views, lambda one: one[0].planes.shape):  # one shape at a time
            some, self.batch = in_batches(predict, list(alike), self.batch)
            predicted += some
        self.forward_passes += len(views)
        return predicted

    def _predict_view(self, view: SliceView, size: tuple[float, float], span: float) -> Probability:
        """Outputs, (K, Y, X), of a slice on the CPU."""
        import torch

        from napari_devolearn.inference.backends.whole_planes import predict_whole

        planes = view.planes
        shape = (planes.shape[-2], planes.shape[-1])
        height, width = target_shape(shape, size, self.spec.pixel_size)
        working = resample_image(planes, (height, width))
        scaled = scale_as_trained(working, planes.dtype, self.spec, span, view.valid((height, width)))
        channels = torch.from_numpy(np.ascontiguousarray(scaled)).reshape(1, -1, height, width)
        channels = channels.expand(-1, self.spec.in_channels, -1, -1)
        probability, tiles = predict_whole(self._run, self.spec, channels)
        with self._counting:
            self.forward_passes += tiles
        restored = resample_image(probability[0].numpy(), shape)
        return np.asarray(np.rint(restored.clip(0, 1) * 255).astype(np.uint8))
