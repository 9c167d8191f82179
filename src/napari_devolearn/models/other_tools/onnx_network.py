"""An nn.Module around an ONNX Runtime session."""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from napari_devolearn._types import Floats32

_PROBE = 256  # pixels: the size of DevoLearn's files, and a multiple of all common strides
_EPSILON = 1e-6


class OnnxNetwork(nn.Module):
    """Runs images of any size through an ONNX session.

    Noise is run once, to find the shape of the output, and whether it is logits: if the file ends in a
    sigmoid, its outputs are turned back into logits.

    `session`: one float input (N, C, Y, X), one output.
    `size`: fixed input size (Y, X) of the file; None for any.
    Attributes `probed_size` and `output_shape`: (Y, X) of the noise, and shape of the output for it.
    """

    def __init__(self, session: Any, in_channels: int, size: tuple[int | None, int | None]) -> None:
        super().__init__()
        self._session, self._size = session, size
        self._name = session.get_inputs()[0].name
        self.probed_size = (size[0] or _PROBE, size[1] or _PROBE)
        output = self._run(np.random.default_rng(0).random((1, in_channels, *self.probed_size), np.float32))
        self.output_shape = output.shape
        self._probability = bool(output.min() >= 0 and output.max() <= 1)

    def forward(self, batch: Tensor) -> Tensor:
        """Logits of a batch."""
        images = batch.float().cpu().numpy()
        outputs = np.concatenate([self._in_windows(image) for image in images[:, None]])
        result = torch.from_numpy(outputs)
        return (result.logit(_EPSILON) if self._probability else result).to(batch.device)

    def _run(self, image: Floats32) -> Floats32:
        return np.asarray(self._session.run(None, {self._name: np.ascontiguousarray(image)})[0])

    def _in_windows(self, image: Floats32) -> Floats32:
        """Weighted average over windows of the file's input size; weights are highest in the middle."""
        height, width = image.shape[-2:]
        size = self._size[0] or height, self._size[1] or width
        if size == (height, width):
            return self._run(image)
        padding = [(0, max(0, n - length)) for n, length in zip(size, (height, width), strict=True)]
        padded = np.pad(image, ((0, 0), (0, 0), *padding))
        weight = np.outer(_taper(size[0]), _taper(size[1]))
        total = np.zeros((1, self.output_shape[1], *padded.shape[-2:]), np.float32)
        weights = np.zeros(padded.shape[-2:], np.float32)
        for y in _starts(padded.shape[-2], size[0]):
            for x in _starts(padded.shape[-1], size[1]):
                window = np.s_[y : y + size[0], x : x + size[1]]
                total[:, :, *window] += self._run(padded[:, :, *window]) * weight
                weights[window] += weight
        return np.asarray(np.divide(total, weights, dtype=np.float32)[:, :, :height, :width])


def _starts(length: int, window: int) -> list[int]:
    """Starts of windows that overlap by half and cover both ends."""
    return [*range(0, length - window, max(1, window // 2)), length - window]


def _taper(length: int) -> Floats32:
    return np.float32(1) - np.abs((np.arange(length, dtype=np.float32) + 0.5) * 2 / length - 1)
