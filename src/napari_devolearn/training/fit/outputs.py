"""Pass images through a network: mixed precision of each device, and whole images for evaluation."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager

import torch
from torch import Tensor, nn

from napari_devolearn.exceptions import TrainingError
from napari_devolearn.inference.backends.backend import computes_bfloat16
from napari_devolearn.training.data.batches import Items, Pair, load_batches

_STRIDE = 32  # encoders halve their input five times
_SIMULATED = 8  # at once; about three times as fast as one at a time


@contextmanager
def open_outputs(
    network: nn.Module, data: Items, workers: int = 0, device: str = "cpu"
) -> Iterator[Iterator[Pair]]:
    """Pass whole images through a network in evaluation mode, padded with zeros to a multiple of 32.

    Gives an iterator over (output, target), (N, K, Y, X) or (N, K), float32. N is 1, or up to 8 for simulated
    images: those from ``data.own`` on, which are crops of one size.
    """

    def output_of(pair: Pair) -> Pair:
        image, target = pair
        height, width = image.shape[-2:]
        try:
            with torch.inference_mode(), autocast(device):
                output = network(pad_to_stride(image))
                return (output[..., :height, :width] if output.ndim == 4 else output).float(), target
        except torch.OutOfMemoryError as error:
            raise TrainingError(
                f"{device}: not enough memory for a held-out image of {height} x {width} pixels; cut it into "
                "smaller images, or choose another device"
            ) from error

    with load_batches(data, _batches(data), workers, device) as images:
        yield map(output_of, images)


def _batches(data: Items) -> list[list[int]]:
    count = len(data)
    own = getattr(data, "own", count)
    simulated = [
        list(range(first, min(first + _SIMULATED, count))) for first in range(own, count, _SIMULATED)
    ]
    return [[index] for index in range(own)] + simulated


def pad_to_stride(image: Tensor) -> Tensor:
    """Pad (..., Y, X) with zeros after the last row and column, to multiples of 32."""
    height, width = image.shape[-2:]
    return nn.functional.pad(image, (0, -width % _STRIDE, 0, -height % _STRIDE))


def autocast(device: str) -> AbstractContextManager[object]:
    """Context for 16-bit floats where they are fast: bfloat16 on a new GPU or CPU, float16 on older GPUs.

    On a CPU without bfloat16 instructions, as in most laptops, they take several times as long as float32.
    """
    kind = torch.device(device).type
    dtype = torch.float16 if needs_scaling(device) else torch.bfloat16
    return torch.autocast(kind, dtype, enabled=kind == "cuda" or (kind == "cpu" and computes_bfloat16()))


def needs_scaling(device: str) -> bool:
    """Whether gradients would underflow in this device's 16-bit floats unless scaled."""
    return torch.device(device).type == "cuda" and not torch.cuda.is_bf16_supported(including_emulation=False)
