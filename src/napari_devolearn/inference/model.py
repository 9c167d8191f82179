"""Model: a segmentation network on a device."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from threading import Lock
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Probability
from napari_devolearn.inference.backends.backend import Backend, compile_network
from napari_devolearn.inference.backends.cpu import streams_of
from napari_devolearn.inference.inputs.grid import (
    check_scale,
    resample_image,
    resample_probability,
    target_shape,
)
from napari_devolearn.inference.inputs.movie import as_movie
from napari_devolearn.inference.inputs.normalise import scale_as_trained
from napari_devolearn.inference.inputs.slice_view import SliceView
from napari_devolearn.inference.planes import predict_movie
from napari_devolearn.inference.predictor import PredictorSource
from napari_devolearn.models.ranges import Ranges
from napari_devolearn.models.spec import ModelSpec

if TYPE_CHECKING:
    from torch import nn

_STRIDE = 32  # a ResNet halves its input five times
_GPU_BATCH = 16  # slices, until the GPU's memory runs out


def _cpu_batch() -> int:
    """Number of slices that keeps all cores busy."""
    import torch

    return 2 * streams_of(torch.get_num_threads())


class Model:
    """A segmentation network on a device.

    Parameters
    ----------
    spec : ModelSpec
    network : torch.nn.Module
        (N, in_channels, Y, X) to logits (N, outputs, Y, X).
    device : str
        A device of this machine.
    backend : {"auto", "torch", "torch-bf16", "openvino", "openvino-int8"}
        How the network runs on a CPU.
    ranges : dict of str to (float, float), optional
        Ranges of the inputs of its convolutions, from ``read_ranges``; needed for 8-bit integers.
    source : PredictorSource, optional
        How to load it again; None if it was not loaded by `load_model`.

    Attributes
    ----------
    batch : int
        Best number of slices per call.
    forward_passes : int
        Slices that were predicted so far; each tile of a large slice counts as one.
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
        self.spec = spec
        self.device = device
        self.source = source
        self.batch = _cpu_batch() if device == "cpu" else _GPU_BATCH
        self.forward_passes = 0
        self._counting = Lock()
        self._run = compile_network(network.eval(), device, backend, ranges, spec.name)

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
        movie = as_movie(image, voxel_size, self.spec.default_pixel_size, colours=self.spec.takes_colours)
        check_scale(movie.name, movie.shape[2:], movie.voxel_size[1:], self.spec.pixel_size)
        return predict_movie(movie, self)

    def predict_planes(
        self,
        batch: Sequence[npt.NDArray[np.generic]],
        size: tuple[float, float],
        spans: Sequence[float] | None = None,
    ) -> list[Probability]:
        """Predict slices of one shape.

        Parameters
        ----------
        batch : sequence of ndarray, (Y, X) or (in_channels, Y, X), real
            As for `predict_plane`.
        size : tuple of float
            Pixel size, (Y, X), in um.
        spans : sequence of float, optional
            One per slice, as for `predict_plane`.

        Returns
        -------
        list of ndarray, (len(spec.outputs), Y, X), uint8
        """
        every = list(zip(batch, spans if spans is not None else [0.0] * len(batch), strict=True))
        if self.device == "cpu":
            return [self.predict_plane(planes, size, span) for planes, span in every]
        views = [SliceView.of(planes, self.spec) for planes in batch]
        shown = [(view, span) for view, (_, span) in zip(views, every, strict=True) if view is not None]
        predicted = iter(self._predict_on_gpu(shown, size))
        return [
            self._nothing(planes) if view is None else view.restore(next(predicted))
            for planes, view in zip(batch, views, strict=True)
        ]

    def _predict_on_gpu(
        self, views: Sequence[tuple[SliceView, float]], size: tuple[float, float]
    ) -> list[Probability]:
        from napari_devolearn.inference.backends.gpu import in_batches, predict_on_gpu

        def predict(some: Sequence[tuple[SliceView, float]]) -> list[Probability]:
            each, spans = zip(*some, strict=True)
            return predict_on_gpu(self._run, self.spec, self.device, each, size, spans, _STRIDE)

        predicted: list[Probability] = []
        for _, alike in groupby(views, lambda one: one[0].planes.shape):  # one shape at a time
            some, self.batch = in_batches(predict, list(alike), self.batch)
            predicted += some
        self.forward_passes += len(views)
        return predicted

    def _nothing(self, planes: npt.NDArray[np.generic]) -> Probability:
        return np.zeros((len(self.spec.outputs), *planes.shape[-2:]), np.uint8)

    def predict_plane(
        self, planes: npt.NDArray[np.generic], size: tuple[float, float], span: float = 0.0
    ) -> Probability:
        """Predict one slice.

        Parameters
        ----------
        planes : ndarray, (Y, X) or (in_channels, Y, X), real
            The slice, or the slice with its neighbours from ``Movie.slab``. A single slice is repeated
            if the model takes neighbours.
        size : tuple of float
            Pixel size, (Y, X), in um.
        span : float
            Intensity range of the slice's volume, from ``volume_span``; 0 for a single slice.

        Returns
        -------
        ndarray, (len(spec.outputs), Y, X), uint8
            0..255 for 0..1; 0 in padding, and in a slice whose pixels are all equal.
        """
        if self.device != "cpu":
            return self.predict_planes([planes], size, [span])[0]
        view = SliceView.of(planes, self.spec)
        if view is None:
            return self._nothing(planes)
        shape = (view.planes.shape[-2], view.planes.shape[-1])
        resampled = target_shape(shape, size, self.spec.pixel_size)
        working = resample_image(view.planes, resampled)
        scaled = scale_as_trained(working, planes.dtype, self.spec, span, view.valid(resampled))
        restored = resample_probability(self._forward(scaled), shape)
        result: Probability = np.rint(restored.clip(0, 1) * 255).astype(np.uint8)
        return view.restore(result)

    def _forward(self, scaled: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        """Outputs (K, Y, X) of a plane (Y, X) or (C, Y, X) at the model's pixel size."""
        import torch

        from napari_devolearn.inference.backends.whole_planes import predict_whole

        height, width = scaled.shape[-2:]
        channels = torch.from_numpy(np.ascontiguousarray(scaled)).reshape(1, -1, height, width)
        planes = channels.expand(-1, self.spec.in_channels, -1, -1)
        probability, tiles = predict_whole(self._run, planes, _STRIDE, mirror=self.spec.mirrors_edges)
        with self._counting:
            self.forward_passes += tiles
        result: npt.NDArray[np.float32] = probability[0].numpy()
        return result
