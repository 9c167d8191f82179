"""Pass whole images through a network, for evaluation and pictures."""

from __future__ import annotations

from collections.abc import Generator, Iterable
from contextlib import ExitStack

import torch
from torch import Tensor, nn

from napari_devolearn._owning import OwningIterator
from napari_devolearn.exceptions import TrainingError
from napari_devolearn.training.data.batches import Items, iter_batches
from napari_devolearn.training.fit.precision import autocast

_STRIDE = 32  # encoders halve their input five times


def iter_outputs(
    network: nn.Module, data: Items, workers: int = 0, device: str = "cpu"
) -> OwningIterator[tuple[Tensor, Tensor]]:
    """Pass whole images through a network in evaluation mode, padded with zeros to a multiple of 32.

    Yields (output, target), (1, K, Y, X) or (1, K), float32.
    """

    def begin(resources: ExitStack) -> Generator[tuple[Tensor, Tensor], None, None]:
        batches = [[index] for index in range(len(data))]
        return _iter_outputs(
            network, resources.enter_context(iter_batches(data, batches, workers, device)), device
        )

    return OwningIterator(begin)


def _iter_outputs(
    network: nn.Module, images: Iterable[tuple[Tensor, Tensor]], device: str
) -> Generator[tuple[Tensor, Tensor], None, None]:
    for image, target in images:
        height, width = image.shape[-2:]
        try:
            with torch.inference_mode(), autocast(device):
                output = network(pad_to_stride(image))
                output = (output[..., :height, :width] if output.ndim == 4 else output).float()
        except torch.OutOfMemoryError as error:
            raise TrainingError(
                f"{device}: not enough memory for a held-out image of {height} x {width} pixels; cut it into "
                "smaller images, or choose another device"
            ) from error
        yield output, target


def pad_to_stride(image: Tensor) -> Tensor:
    """Pad (..., Y, X) with zeros after the last row and column, to multiples of 32."""
    height, width = image.shape[-2:]
    return nn.functional.pad(image, (0, -width % _STRIDE, 0, -height % _STRIDE))
