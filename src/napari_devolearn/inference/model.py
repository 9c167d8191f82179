"""Model: a network on a device, from slices to probabilities."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock
from typing import TYPE_CHECKING, Any, Literal, overload

import numpy as np
import numpy.typing as npt

from napari_devolearn._types import Probability
from napari_devolearn.inference.backends.backend import Backend, compile_network
from napari_devolearn.inference.backends.device import resolve_device
from napari_devolearn.inference.grid import (
    check_scale,
    mirrored,
    resample_image,
    resample_probability,
    target_shape,
)
from napari_devolearn.inference.model_source import ModelSource
from napari_devolearn.inference.movie import as_movie
from napari_devolearn.inference.normalise import scale_as_trained
from napari_devolearn.inference.tiles import iter_tiles
from napari_devolearn.models.formats import is_foreign, load_foreign
from napari_devolearn.models.ranges import Ranges, read_ranges
from napari_devolearn.models.registry import find_model
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.models.weights import load_network

if TYPE_CHECKING:
    from torch import nn

    from napari_devolearn.inference.counting.lineage import LineageModel

_STRIDE = 32  # a ResNet halves its input five times
_AT_ONCE = 16  # slices on a graphics card, until its memory runs out


# a name that only the user knows is taken for that of a model that draws masks, until its spec is asked
@overload
def load_model(  # type: ignore[overload-overlap]
    name: Literal["lineage"], device: str = "auto"
) -> LineageModel: ...


@overload
def load_model(name: str | Path, device: str = "auto", *, backend: Backend = "auto") -> Model: ...


def load_model(name: str | Path, device: str = "auto", *, backend: Backend = "auto") -> Model | LineageModel:
    """Load a model with verified weights; torch is imported here.

    Parameters
    ----------
    name : str or Path
        ``"nucleus"``, the path of a spec (``.json``) from a training run, or that of another tool's file:
        ONNX (``.onnx``) or a state dict (``.pt``, ``.pth``).
    device : str
        ``"auto"`` (the fastest), ``"cpu"``, ``"cuda:N"`` or ``"mps"``.
    backend : {"auto", "torch", "torch-bf16", "openvino", "openvino-int8"}
        How a model that draws masks runs on a CPU: the fastest that this machine and model have, float32
        in torch, bfloat16 in torch, OpenVINO in these types, or OpenVINO in 8-bit integers.

    Returns
    -------
    Model or LineageModel
        The latter where the spec's task is ``"lineage"``: it counts, and draws no masks.

    Raises
    ------
    WeightsError
        If there is no such model or its weights are damaged.
    DeviceError
        If the machine has no such device.
    """
    used = resolve_device(device)
    if is_foreign(name):
        (spec, network), ranges = load_foreign(Path(name)), None
    else:
        files = find_model(name)
        spec, network, ranges = files.spec, load_network(files), read_ranges(files)
    if spec.task == "lineage":
        return _lineage_model(spec)(spec, network, used)
    model = Model(spec, network, used, backend, ranges)
    model.source = ModelSource.of(name, device, backend)
    return model


def _lineage_model(spec: ModelSpec) -> type[LineageModel]:
    from napari_devolearn.inference.counting.devolearn_lineage import DevolearnLineageModel
    from napari_devolearn.inference.counting.lineage import LineageModel

    return DevolearnLineageModel if spec.normalisation == "divide-255" else LineageModel


def _on_this_cpu() -> int:
    """Slices that keep all cores busy, most of the time."""
    import torch

    from napari_devolearn.inference.streams import streams_of

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
        Of the network's inputs, from ``read_ranges``; without them it does not run in 8-bit integers.

    Attributes
    ----------
    source : ModelSource, optional
        What ``load_model`` was asked for; None of a model made by hand.
    batch : int
        How many slices it likes to get at once.
    forward_passes : int
        How many slices (tiles of a large one counted once each) went through the network.
    """

    def __init__(
        self,
        spec: ModelSpec,
        network: nn.Module,
        device: str,
        backend: Backend = "auto",
        ranges: Ranges | None = None,
    ) -> None:
        self.spec = spec
        self.device = device
        self.source: ModelSource | None = None
        self.batch = _on_this_cpu() if device == "cpu" else _AT_ONCE
        self.forward_passes = 0
        self._counting = Lock()
        self._run = compile_network(network.eval(), device, backend, ranges, spec.name)

    @property
    def arithmetic(self) -> str:
        """What the last digit of a probability depends on, beside the weights."""
        return self._run.name

    def predict(self, image: Any, *, voxel_size: Sequence[float] | None = None) -> Probability:
        """Probability of the foreground for a file or an array.

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
            If the image cannot be read or is not one of real numbers.
        """
        from napari_devolearn.inference.cache import ProbabilityCache
        from napari_devolearn.inference.pipeline import iter_planes

        movie = as_movie(image, voxel_size, self.spec.default_pixel_size, colours=self.spec.takes_colours)
        check_scale(movie.name, movie.shape[2:], movie.voxel_size[1:], self.spec.pixel_size)
        cache = ProbabilityCache(movie.shape, len(self.spec.outputs))
        for _ in iter_planes(movie, self, cache):
            pass
        return cache.data.reshape(movie.input_shape)

    def predict_planes(
        self,
        batch: Sequence[npt.NDArray[np.generic]],
        size: tuple[float, float],
        spans: Sequence[float] | None = None,
    ) -> list[Probability]:
        """What the network says of some slices of one shape.

        Parameters
        ----------
        batch : sequence of ndarray, (Y, X) or (in_channels, Y, X), real
            As `predict_plane` takes them.
        size : tuple of float
            Pixel size, (Y, X), in um.
        spans : sequence of float, optional
            One for each slice, as `predict_plane` takes it.

        Returns
        -------
        list of ndarray, (len(spec.outputs), Y, X), uint8
        """
        every = list(zip(batch, spans if spans is not None else [0.0] * len(batch), strict=True))
        if self.device == "cpu":
            return [self.predict_plane(planes, size, span) for planes, span in every]
        from napari_devolearn.inference.backends.gpu import in_batches, predict_on_card

        def predict(some: Sequence[tuple[npt.NDArray[np.generic], float]]) -> list[Probability]:
            planes, spans_of = zip(*some, strict=True)
            return predict_on_card(self._run, self.spec, self.device, planes, size, spans_of, _STRIDE)

        predicted, self.batch = in_batches(predict, every, self.batch)
        self.forward_passes += len(batch)
        return predicted

    def predict_plane(
        self, planes: npt.NDArray[np.generic], size: tuple[float, float], span: float = 0.0
    ) -> Probability:
        """What the network says of one slice.

        Parameters
        ----------
        planes : ndarray, (Y, X) or (in_channels, Y, X), real
            The slice, or with its neighbours from ``Movie.slab``; a lone slice stands for these too.
        size : tuple of float
            Pixel size, (Y, X), in um.
        span : float
            From ``volume_span``, of the volume that the slice is of; 0 for a slice alone.

        Returns
        -------
        ndarray, (len(spec.outputs), Y, X), uint8
            0..255 for 0..1.
        """
        if self.device != "cpu":
            return self.predict_planes([planes], size, [span])[0]
        shape = (planes.shape[-2], planes.shape[-1])
        working = resample_image(planes, target_shape(shape, size, self.spec.pixel_size))
        scaled = scale_as_trained(working, planes.dtype, self.spec, span)
        channels = np.broadcast_to(scaled, (self.spec.in_channels, *scaled.shape[-2:]))
        outputs = np.empty((len(self.spec.outputs), *scaled.shape[-2:]), np.float32)
        for tile in iter_tiles(scaled.shape[-2:]):
            outputs[:, *tile.write] = self._forward(channels[:, *tile.read])[:, *tile.keep]
        restored = resample_probability(outputs, shape)
        result: Probability = np.rint(restored.clip(0, 1) * 255).astype(np.uint8)
        return result

    def _forward(self, channels: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        import torch

        _, height, width = channels.shape
        if self.spec.mirrors_edges:
            padded = channels[:, mirrored(height, _STRIDE)][:, :, mirrored(width, _STRIDE)]
        else:
            padded = np.pad(channels, ((0, 0), (0, -height % _STRIDE), (0, -width % _STRIDE)))
        probability = self._run(torch.from_numpy(padded)[None])[0, :, :height, :width].sigmoid()
        with self._counting:
            self.forward_passes += 1
        result: npt.NDArray[np.float32] = probability.numpy()
        return result
