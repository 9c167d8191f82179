"""Choose the backend that runs a network on this machine."""

from __future__ import annotations

import importlib.util
from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, Protocol

from napari_devolearn.exceptions import DeviceError, WeightsError
from napari_devolearn.models.ranges import Ranges

if TYPE_CHECKING:
    from torch import Tensor, nn

    from napari_devolearn.inference.inputs.tiles import Tile

Backend = Literal["auto", "torch", "torch-bf16", "openvino", "openvino-int8"]
"""``"torch"`` is float32 and always available; ``"torch-bf16"`` needs a processor with bfloat16 instructions;
``"openvino"`` needs the extra of that name and uses bfloat16 if the processor has it; ``"openvino-int8"``
also needs a processor with 8-bit integer instructions and a model with recorded ranges."""


class Compiled(Protocol):
    """A network, ready to run in a backend.

    `name`: backend and number type, on which the last digits depend.
    """

    name: str

    def __call__(self, batch: Tensor) -> Tensor:
        """Images (N, C, Y, X) to logits (N, outputs, Y, X), both float32."""

    def by_tiles(self, planes: Tensor, tiles: Sequence[Tile]) -> Tensor:
        """The same for large planes, tile by tile."""


def compile_network(
    network: nn.Module, device: str, backend: Backend = "auto", ranges: Ranges | None = None
) -> Compiled:
    """Prepare a network for a device.

    `network`: in evaluation mode; may be changed.
    `device`: a device of this machine. GPUs always use torch.
    `ranges`: from ``read_ranges``.
    Raises DeviceError if the backend is not available on this machine or for this model.
    """
    import torch

    from napari_devolearn.inference.backends.torch_backend import TorchBackend, fold_batch_norms

    if device != "cpu":
        dtype = torch.float32
        if device.startswith("cuda"):
            dtype = torch.bfloat16 if torch.cuda.is_bf16_supported() else torch.float16
        return TorchBackend(network, device, dtype)
    if not any(True for _ in network.parameters()):
        backend = "torch"  # the module calls another runtime itself, as for ONNX files
    available = available_backends()
    usable = [name for name in available if ranges is not None or name != "openvino-int8"]
    chosen = usable[0] if backend == "auto" else backend
    if chosen not in usable:
        where = "on this machine" if chosen not in available else "for this model"
        raise DeviceError(
            f"backend {backend!r}: not available {where}; choose auto or one of {', '.join(usable)}"
        )
    folded = fold_batch_norms(network)
    if not chosen.startswith("openvino"):
        return TorchBackend(folded, "cpu", torch.bfloat16 if chosen == "torch-bf16" else torch.float32)
    from napari_devolearn.inference.backends.openvino_backend import OpenVinoBackend

    used = ranges if chosen == "openvino-int8" else None
    return OpenVinoBackend(folded, bfloat16=computes_bfloat16(), ranges=used)


def available_backends() -> tuple[Backend, ...]:
    """Backends that this machine's processor can run, the fastest first."""
    openvino = importlib.util.find_spec("openvino") is not None
    fastest_first: dict[Backend, bool] = {
        "openvino-int8": openvino and computes_int8(),
        "openvino": openvino,
        "torch-bf16": computes_bfloat16(),
        "torch": True,
    }
    return tuple(name for name, has in fastest_first.items() if has)


def ready_backend() -> Backend:
    """The fastest backend for a first slice; OpenVINO needs seconds to compile the network."""
    return next(name for name in available_backends() if not name.startswith("openvino"))


def computes_bfloat16() -> bool:
    """Whether the processor has bfloat16 instructions (AVX-512 BF16 or AMX)."""
    import torch

    # private in torch 2.4 to 2.13; if they are missing, float32 gives the same result, more slowly
    asked = (
        getattr(torch.cpu, name, None) for name in ("_is_avx512_bf16_supported", "_is_amx_tile_supported")
    )
    return any(ask is not None and bool(ask()) for ask in asked)


def computes_int8() -> bool:
    """Whether the processor has 8-bit integer instructions with 32-bit sums (VNNI or AMX)."""
    import torch

    if hasattr(torch.cpu, "get_capabilities"):
        has = torch.cpu.get_capabilities()
        return any(has.get(name, False) for name in ("avx512_vnni", "avx_vnni", "amx_int8"))
    ask = getattr(torch.cpu, "_is_vnni_supported", None)  # torch 2.4 to 2.10
    return ask is not None and bool(ask())


def check_output(output: Tensor, model: str) -> Tensor:
    """Return a network's output; raise WeightsError if it contains NaN or infinity.

    `model` is the name of the model and its backend, for the message.
    """
    if bool(output.isfinite().all()):
        return output
    raise WeightsError(
        f"model {model}: its output contains NaN or infinity, so there is no valid result; choose the "
        "backend 'torch', or another model"
    )
