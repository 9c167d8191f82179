"""A network in OpenVINO, compiled once for each size of image."""

from __future__ import annotations

import warnings
from threading import Lock
from typing import Any

import openvino
import torch
from openvino.frontend import FrontEndManager
from openvino.frontend.pytorch.ts_decoder import TorchScriptPythonDecoder
from torch import Tensor, nn

_TRACED = 64  # pixels
_SIZES = 4  # sizes that stay compiled: those of a movie, its last tiles, and another movie


class OpenVinoBackend:
    """A network on the CPU.

    Parameters
    ----------
    network : torch.nn.Module
        In evaluation mode.
    bfloat16 : bool
        Compute in bfloat16, not float32.
    """

    def __init__(self, network: nn.Module, *, bfloat16: bool) -> None:
        self.name = f"{'bfloat16' if bfloat16 else 'float32'} on cpu by openvino"
        self._core = openvino.Core()
        self._graph = _convert(network)
        self._hints = {
            "INFERENCE_PRECISION_HINT": "bf16" if bfloat16 else "f32",
            "PERFORMANCE_HINT": "LATENCY",
            "INFERENCE_NUM_THREADS": torch.get_num_threads(),
        }
        self._compiled: dict[tuple[int, ...], Any] = {}
        self._one_at_a_time = Lock()  # neither the graph nor what is compiled of it can be shared by threads

    def __call__(self, batch: Tensor) -> Tensor:
        """Images (N, C, Y, X) to logits (N, outputs, Y, X), both float32."""
        with self._one_at_a_time:
            logits = self._compile(tuple(batch.shape))(batch.contiguous().numpy())[0]
        return torch.from_numpy(logits)

    def _compile(self, size: tuple[int, ...]) -> Any:
        compiled = self._compiled.pop(size, None)
        if compiled is None:
            self._graph.inputs[0].get_node().set_element_type(openvino.Type.f32)
            self._graph.reshape(list(size))
            compiled = self._core.compile_model(self._graph, "CPU", self._hints)
        self._compiled[size] = compiled  # the latest last
        if len(self._compiled) > _SIZES:
            del self._compiled[next(iter(self._compiled))]
        return compiled


def _convert(network: nn.Module) -> Any:
    """A graph for images of any size, from one small image.

    By the front end itself: ``openvino.convert_model`` does the same and reports its use over the network.
    """
    first = next(module for module in network.modules() if isinstance(module, nn.Conv2d))
    image = torch.zeros(1, first.in_channels, _TRACED, _TRACED)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # tracing tells what becomes constant; sizes do not
        decoder = TorchScriptPythonDecoder(network, example_input=image)
        reader = FrontEndManager().load_by_framework("pytorch")
        return reader.convert(reader.load(decoder))
