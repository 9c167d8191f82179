"""Slices on a GPU: copied there as they are, resampled, scaled and predicted there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from napari_devolearn._types import Probability
from napari_devolearn.exceptions import DeviceError
from napari_devolearn.inference.backends.compiled import Compiled
from napari_devolearn.inference.backends.whole_planes import predict_whole
from napari_devolearn.inference.inputs.grid import target_shape
from napari_devolearn.inference.inputs.normalise import ROUNDING, exceeds_field, scale_as_trained
from napari_devolearn.inference.inputs.slice_view import SliceView
from napari_devolearn.models.spec import ModelSpec

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def predict_on_gpu(
    run: Compiled,
    spec: ModelSpec,
    device: str,
    batch: Sequence[SliceView],
    size: tuple[float, float],
    spans: Sequence[float],
    stride: int,
) -> list[Probability]:
    """Probability of some slices; all that the CPU does one by one is done on the GPU at once.

    Parameters
    ----------
    run : Compiled
        The network on the device.
    spec : ModelSpec
    device : str
    batch : sequence of SliceView
        Of planes of one shape.
    size : tuple of float
        Pixel size, (Y, X), in um.
    spans : sequence of float
        One for each slice, from ``volume_span``.
    stride : int
        Y and X of what the network gets are multiples of it.

    Returns
    -------
    list of ndarray, (len(spec.outputs), Y, X), uint8
        For what the views show.
    """
    values = np.stack([view.planes for view in batch])
    shape = (values.shape[-2], values.shape[-1])
    divided = spec.normalisation == "divide-255" and values.dtype == np.uint8
    if values.dtype != np.uint8:  # GPUs know few other types of whole numbers
        values = values.astype(np.float32)
    with torch.inference_mode():
        images = torch.from_numpy(values).to(device).float().reshape(len(batch), -1, *shape)
        wanted = target_shape(shape, size, spec.pixel_size)
        working = _resample(images, wanted)
        if divided:
            scaled = working / 255
        elif all(view.content.valid is None for view in batch) and not exceeds_field(wanted, spec):
            # without a type, NumPy's numbers become float64, which MPS does not have
            scaled = _scale(working, spec, torch.tensor(spans, dtype=torch.float32, device=device))
        else:
            scaled = _scale_on_cpu(working, batch, spec, spans)
        channels = scaled.expand(-1, spec.in_channels, -1, -1)
        outputs, _ = predict_whole(run, channels, stride, mirror=spec.mirrors_edges)
        restored = _resample(outputs, shape).clamp(0, 1).mul(255).round().to(torch.uint8)
        return list(restored.cpu().numpy())


def in_batches(
    run: Callable[[Sequence[_Item]], list[_Result]], items: Sequence[_Item], size: int
) -> tuple[list[_Result], int]:
    """Run on some items at a time, on half as many when the GPU's memory runs out.

    Parameters
    ----------
    run : callable
        Takes some items, gives a result each.
    items : sequence
    size : int
        How many at first.

    Returns
    -------
    results : list
    size : int
        How many fit.

    Raises
    ------
    DeviceError
        If not even one does.
    """
    results: list[_Result] = []
    while len(results) < len(items):
        try:
            results += run(items[len(results) : len(results) + size])
        except RuntimeError as error:
            if not _is_out_of_memory(error):
                raise
            if size == 1:
                raise DeviceError(
                    "the GPU's memory is too small for one slice; close what else uses it, or choose the cpu"
                ) from error
            size //= 2
            torch.cuda.empty_cache()
    return results, size


def _is_out_of_memory(error: RuntimeError) -> bool:
    """Whether a GPU has no memory left; MPS raises no exception of its own for it."""
    return isinstance(error, torch.cuda.OutOfMemoryError) or "MPS backend out of memory" in str(error)


def _resample(images: Tensor, shape: tuple[int, int]) -> Tensor:
    if tuple(images.shape[-2:]) == shape:
        return images
    # MPS has no antialiasing in older versions of torch
    place = "cpu" if images.device.type == "mps" else images.device
    resampled = interpolate(
        images.to(place), size=shape, mode="bilinear", align_corners=False, antialias=True
    )
    return resampled.to(images.device)


def _scale(images: Tensor, spec: ModelSpec, spans: Tensor) -> Tensor:
    """As `normalise` does for each slice alone."""
    whole = spec.normalisation == "divide-255"
    percentiles = (0.0, 100.0) if whole else spec.percentiles
    itself = images[:, images.shape[1] // 2].flatten(1)
    levels = torch.tensor(percentiles, device=images.device) / 100
    low, high = torch.quantile(itself, levels, dim=1)[..., None, None, None]
    span = high - low if whole else torch.maximum(high - low, spans[:, None, None, None])
    scaled = ((images - low) / span).clamp(-1, 4)
    rounding = ROUNDING * torch.maximum(low.abs(), high.abs())
    return torch.where(span > rounding, scaled, torch.zeros_like(scaled))


def _scale_on_cpu(
    images: Tensor, batch: Sequence[SliceView], spec: ModelSpec, spans: Sequence[float]
) -> Tensor:
    """Slices with padding, or larger than a field of view, which are few."""
    shape = (images.shape[-2], images.shape[-1])
    scaled = [
        scale_as_trained(image, np.float32, spec, span, view.valid(shape))
        for image, view, span in zip(images.cpu().numpy(), batch, spans, strict=True)
    ]
    return torch.from_numpy(np.stack(scaled)).to(images.device)
