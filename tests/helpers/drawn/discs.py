"""Bright discs on noise: a data set that a network of one layer learns quickly."""

from __future__ import annotations

import numpy as np
import torch
from torch import Tensor, nn


class Discs:
    """Images of 32 x 32 (held out 40 x 24) pixels with a disc each, and its mask.

    ::

        image  ........   mask  00000000
               ..####..         00111100
               ..####..         00111100
               ........         00000000
    """

    def __init__(self, count: int = 5, shape: tuple[int, int] = (32, 32), channels: int = 1) -> None:
        self._count, self._shape, self._channels, self._epoch = count, shape, channels, 0

    def __len__(self) -> int:
        return self._count

    def set_epoch(self, epoch: int) -> None:
        self._epoch = epoch

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        rng = np.random.default_rng((7, self._epoch, index))
        y, x = np.mgrid[: self._shape[0], : self._shape[1]]
        mask = np.float32((y - rng.uniform(8, 24)) ** 2 + (x - rng.uniform(8, 16)) ** 2 < 30)
        image = mask + rng.normal(0, 0.2, mask.shape).astype(np.float32)
        return torch.from_numpy(image)[None], torch.from_numpy(np.stack([mask] * self._channels))


class Empty(Discs):
    """Discs with empty masks."""

    def __getitem__(self, index: int) -> tuple[Tensor, Tensor]:
        image, mask = super().__getitem__(index)
        return image, torch.zeros_like(mask)


def tiny_network(outputs: int = 1, seed: int = 0) -> nn.Module:
    """A convolution, a batch norm and drop-out: state, buffers and randomness."""
    torch.manual_seed(seed)
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.Dropout(0.1), nn.ReLU(), nn.Conv2d(4, outputs, 1)
    )
