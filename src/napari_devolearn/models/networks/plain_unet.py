"""The U-Net of Ronneberger, Fischer and Brox 2015, MICCAI, figure 1."""

from __future__ import annotations

from itertools import pairwise

import torch
from torch import Tensor, nn

_LEVELS = 5


class PlainUNet(nn.Module):
    """Five levels of two 3 x 3 convolutions, with max pooling down and 2 x 2 transposed convolutions up.

    Unlike in the paper, convolutions are padded, so that the output has the input's size, and followed by
    batch norm, so that it trains from random weights with the usual learning rates.

    `width`: channels of the first level, doubled at each level down; 64 in the paper.
    """

    def __init__(self, in_channels: int, outputs: int, width: int = 64) -> None:
        super().__init__()
        widths = [width * 2**level for level in range(_LEVELS)]
        self.down = nn.ModuleList(_convolutions(a, b) for a, b in pairwise([in_channels, *widths]))
        rising = list(pairwise(reversed(widths)))
        self.lift = nn.ModuleList(nn.ConvTranspose2d(a, b, 2, stride=2) for a, b in rising)
        self.up = nn.ModuleList(_convolutions(a, b) for a, b in rising)
        self.pool = nn.MaxPool2d(2)
        self.head = nn.Conv2d(width, outputs, 1)

    def forward(self, image: Tensor) -> Tensor:
        """Logits of an image."""
        features, passed = image, []
        for level, convolutions in enumerate(self.down):
            features = convolutions(self.pool(features) if level else features)
            passed.append(features)
        for lift, convolutions, skip in zip(self.lift, self.up, passed[-2::-1], strict=True):
            features = convolutions(torch.cat([skip, lift(features)], 1))
        logits: Tensor = self.head(features)
        return logits


def _convolutions(inputs: int, outputs: int) -> nn.Sequential:
    return nn.Sequential(*batch_normed(inputs, outputs), *batch_normed(outputs, outputs))


def batch_normed(inputs: int, outputs: int) -> nn.Sequential:
    """A 3 x 3 convolution, a batch norm (before which a bias has no effect) and a ReLU."""
    convolution = nn.Conv2d(inputs, outputs, 3, padding=1, bias=False)
    return nn.Sequential(convolution, nn.BatchNorm2d(outputs), nn.ReLU(inplace=True))
