"""Predict slices on a GPU, including resampling and normalisation."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from napari_devolearn._types import Probability
from napari_devolearn.exceptions import DeviceError
from napari_devolearn.inference.backends.backend import Compiled
from napari_devolearn.inference.backends.whole_planes import predict_whole
from napari_devolearn.inference.inputs.grid import target_shape
from napari_devolearn.inference.inputs.normalise import ROUNDING, exceeds, field_pixels, scale_as_trained
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
) -> list[Probability]:
    """Predict a batch of slices of one shape.

    `size`: pixel size, (Y, X), in um.
    `spans`: one per slice, from ``volume_span``.
    Returns the outputs of each slice, (len(spec.outputs), Y, X), uint8.
    """
    values = np.stack([view.planes for view in batch])
    shape = (values.shape[-2], values.shape[-1])
    divided = spec.normalisation == "divide-255" and values.dtype == np.uint8
    if values.dtype != np.uint8:  # GPUs support few other integer types
        values = values.astype(np.float32)
    with torch.inference_mode():
        images = torch.from_numpy(values).to(device).float().reshape(len(batch), -1, *shape)
        resampled = target_shape(shape, size, spec.pixel_size)
        working = _resample(images, resampled)
        if divided:
            scaled = working / 255
        elif all(view.content.valid is None for view in batch) and not exceeds(resampled, field_pixels(spec)):
            # without a dtype, NumPy's numbers become float64, which MPS does not support
            scaled = _scale(working, spec, torch.tensor(spans, dtype=torch.float32, device=device))
        else:
            scaled = _scale_on_cpu(working, batch, spec, spans)
        channels = scaled.expand(-1, spec.in_channels, -1, -1)
        outputs, _ = predict_whole(run, spec, channels)
        restored = _resample(outputs, shape).clamp(0, 1).mul(255).round().to(torch.uint8)
        return list(restored.cpu().numpy())


def in_batches(
    run: Callable[[Sequence[_Item]], list[_Result]], items: Sequence[_Item], size: int
) -> tuple[list[_Result], int]:
    """Run on batches of items; the batch size is halved when the GPU's memory runs out.

    `size`: of the first batch.
    Returns the results, and the batch size that fits.
    Raises DeviceError if the memory is too small for one item.
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
                    "the GPU's memory is too small for one slice; close other programs that use the GPU, or "
                    "choose the device cpu"
                ) from error
            size //= 2
            torch.cuda.empty_cache()
    return results, size


def _is_out_of_memory(error: RuntimeError) -> bool:
    """Whether a GPU is out of memory; MPS raises a plain RuntimeError."""
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
    """`normalise` for each slice of a batch."""
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
    """Normalise the rare slices that have padding or exceed a field of view."""
    shape = (images.shape[-2], images.shape[-1])
    scaled = [
        scale_as_trained(image, np.float32, spec, span, view.valid(shape))
        for image, view, span in zip(images.cpu().numpy(), batch, spans, strict=True)
    ]
    return torch.from_numpy(np.stack(scaled)).to(images.device)
