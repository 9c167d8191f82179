"""How a network runs on the processor at hand: the fastest way that keeps the result."""

from __future__ import annotations

import importlib.util
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Literal, Protocol

from napari_devolearn.exceptions import DeviceError

if TYPE_CHECKING:
    import torch
    from torch import Tensor, nn

Backend = Literal["auto", "torch", "torch-bf16", "openvino"]
"""``"torch"`` is float32 and always there; ``"torch-bf16"`` wants a processor that computes in bfloat16;
``"openvino"`` wants the extra of that name, and takes bfloat16 where the processor does."""


class Compiled(Protocol):
    """A network, ready to run.

    Attributes
    ----------
    name : str
        What its last digits depend on.
    """

    name: str

    def __call__(self, batch: Tensor) -> Tensor:
        """Images (N, C, Y, X) to logits (N, outputs, Y, X), both float32."""


def compile_network(network: nn.Module, device: str, backend: Backend = "auto") -> Compiled:
    """Make a network ready to run on a device.

    Parameters
    ----------
    network : torch.nn.Module
        In evaluation mode; may be changed.
    device : str
        A device of this machine. Graphics cards take no backend but torch.
    backend : {"auto", "torch", "torch-bf16", "openvino"}

    Returns
    -------
    Compiled

    Raises
    ------
    DeviceError
        If this machine has no such backend.
    """
    from napari_devolearn.inference.torch_backend import TorchBackend, fold_batch_norms

    if device != "cpu":
        return TorchBackend(network, device, _dtype_of_card(device))
    if not any(True for _ in network.parameters()):
        backend = "torch"  # runs elsewhere already, as ONNX files do
    chosen = available_backends()[0] if backend == "auto" else backend
    if chosen not in available_backends():
        known = ", ".join(available_backends())
        raise DeviceError(f"backend {backend!r}: not on this machine; choose auto or one of {known}")
    return _COMPILE[chosen](fold_batch_norms(network))


def available_backends() -> tuple[Backend, ...]:
    """Backends of this machine's processor, the fastest first.

    Returns
    -------
    tuple of str
    """
    have = {
        "openvino": importlib.util.find_spec("openvino") is not None,
        "torch-bf16": computes_bfloat16(),
        "torch": True,
    }
    return tuple(name for name in _FASTEST_FIRST if have[name])


def ready_backend() -> Backend:
    """The fastest backend that shows a first slice at once: OpenVINO reads the network for seconds first.

    Returns
    -------
    str
    """
    return next(name for name in available_backends() if name != "openvino")


def computes_bfloat16() -> bool:
    """Whether the processor multiplies bfloat16 numbers itself (AVX-512 BF16 or AMX), not by detours."""
    import torch

    # not public in torch 2.4 to 2.13; without them float32 is as right, only slower
    asked = (
        getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    )
    return any(ask is not None and bool(ask()) for ask in asked)


def _torch(network: nn.Module) -> Compiled:
    import torch

    from napari_devolearn.inference.torch_backend import TorchBackend

    return TorchBackend(network, "cpu", torch.float32)


def _torch_bf16(network: nn.Module) -> Compiled:
    import torch

    from napari_devolearn.inference.torch_backend import TorchBackend

    return TorchBackend(network, "cpu", torch.bfloat16)


def _openvino(network: nn.Module) -> Compiled:
    from napari_devolearn.inference.openvino_backend import OpenVinoBackend

    return OpenVinoBackend(network, bfloat16=computes_bfloat16())


def _dtype_of_card(device: str) -> torch.dtype:
    import torch

    if not device.startswith("cuda"):
        return torch.float32
    return torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16


_FASTEST_FIRST: tuple[Backend, ...] = ("openvino", "torch-bf16", "torch")
_COMPILE: dict[str, Callable[[Any], Compiled]] = {
    "openvino": _openvino,
    "torch-bf16": _torch_bf16,
    "torch": _torch,
}
