"""OpenVinoBackend: a network in OpenVINO, compiled once per image size, also in 8-bit integers."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from functools import cached_property
from queue import SimpleQueue
from threading import Lock
from typing import Any

import numpy as np
import openvino
import torch
from openvino import opset13 as ops
from openvino.frontend import FrontEndManager
from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder
from torch import Tensor, nn

from napari_devolearn.inference.backends.device import streams_of
from napari_devolearn.inference.backends.torch_backend import TRACING, TorchBackend
from napari_devolearn.inference.inputs.tiles import Tile
from napari_devolearn.models.ranges import LEVELS, Ranges, with_zero

_TRACED = 64  # pixels
_SIZES = 4  # compiled image sizes that are kept: a movie's slices, its last tiles, and another movie's


class OpenVinoBackend:
    """A network on the CPU.

    `network`: in evaluation mode.
    `bfloat16`: compute in bfloat16 instead of float32.
    `ranges`: compute the convolutions in 8-bit integers, with these ranges of their inputs.
    """

    def __init__(self, network: nn.Module, *, bfloat16: bool, ranges: Ranges | None = None) -> None:
        kind = "bfloat16" if bfloat16 else "float32"
        self.name = f"{kind if ranges is None else 'int8'} on cpu by openvino"
        self._core = openvino.Core()
        self._network, self._bfloat16 = network, bfloat16
        self._graph = _convert(network)
        if ranges is not None:
            compute_in_int8(self._graph, ranges)
        threads = torch.get_num_threads()
        self._images = streams_of(threads)
        self._hints = {
            "INFERENCE_PRECISION_HINT": "bf16" if bfloat16 else "f32",
            "NUM_STREAMS": self._images,
            "INFERENCE_NUM_THREADS": threads,
            "ENABLE_CPU_PINNING": False,  # the same cores also read, label and draw the window
        }
        self._compiled: dict[tuple[int, ...], SimpleQueue[Any]] = {}
        self._one_at_a_time = Lock()  # the graph is reshaped for each size

    def __call__(self, batch: Tensor) -> Tensor:
        """Images (N, C, Y, X) to logits (N, outputs, Y, X), both float32; thread-safe."""
        with self._one_at_a_time:
            requests = self._compile(tuple(batch.shape))
        request = requests.get()
        try:
            logits = request.infer({0: batch.contiguous().numpy()}, share_inputs=True)[0]
        finally:
            requests.put(request)
        return torch.from_numpy(logits)

    def by_tiles(self, planes: Tensor, tiles: Sequence[Tile]) -> Tensor:
        """The same for large planes, tile by tile in torch."""
        return self._in_torch.by_tiles(planes, tiles)

    @cached_property
    def _in_torch(self) -> TorchBackend:
        return TorchBackend(self._network, "cpu", torch.bfloat16 if self._bfloat16 else torch.float32)

    def _compile(self, size: tuple[int, ...]) -> SimpleQueue[Any]:
        """The free inference requests for a size, as many as images are predicted at once."""
        requests = self._compiled.pop(size, None)
        if requests is None:
            self._graph.inputs[0].get_node().set_element_type(openvino.Type.f32)
            self._graph.reshape(list(size))
            compiled = self._core.compile_model(self._graph, "CPU", self._hints)
            requests = SimpleQueue()
            for _ in range(self._images):
                requests.put(compiled.create_infer_request())
        self._compiled[size] = requests  # most recently used last
        if len(self._compiled) > _SIZES:
            del self._compiled[next(iter(self._compiled))]
        return requests


def _convert(network: nn.Module) -> Any:
    """Convert the network to a graph for images of any size.

    Uses the front end directly: ``openvino.convert_model`` would report its use over the network.
    """
    first = next(module for module in network.modules() if isinstance(module, nn.Conv2d))
    image = torch.zeros(1, first.in_channels, _TRACED, _TRACED)
    with TRACING, warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing warns about constants; image sizes stay variable
        decoder = TorchScriptPythonDecoder(network, example_input=image)
        reader = FrontEndManager().load_by_framework("pytorch")
        return reader.convert(reader.load(decoder))


def compute_in_int8(graph: Any, ranges: Ranges) -> None:
    """Quantise the inputs and weights of convolutions to 8 bits; OpenVINO then computes in integers.

    The first and the last convolution keep their precision: they are small, and rounding matters most
    there. Weights have one scale per output channel, inputs one scale
    (Jacob et al. 2018, doi:10.1109/CVPR.2018.00286).

    `graph`: an openvino.Model, converted from a network in torch; changed in place.
    `ranges`: of the inputs, by convolution; others keep their precision.
    """
    convolutions = [node for node in graph.get_ordered_ops() if node.get_type_name() == "Convolution"]
    for node in convolutions[1:-1]:
        name = node.get_friendly_name().partition("/")[0].removeprefix("__module.")
        if name in ranges:
            _round(node, 0, *with_zero(*ranges[name]), LEVELS)
            weights = np.asarray(node.input_value(1).get_node().get_data(), np.float32)
            largest = np.abs(weights).max(axis=(1, 2, 3), keepdims=True)  # of each output channel
            largest = np.maximum(largest, np.finfo(np.float32).tiny)
            _round(node, 1, -largest, largest, LEVELS - 1)


def _round(node: Any, place: int, low: Any, high: Any, levels: int) -> None:
    ends = [ops.constant(np.asarray(end, np.float32)) for end in (low, high)]
    rounded = ops.fake_quantize(node.input_value(place), *ends, *ends, levels)
    node.input(place).replace_source_output(rounded.output(0))
