"""The network for nucleus centres: a small 3D U-Net."""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional

GRAIN = (4, 8, 8)
"""The (Z, Y, X) of an input are multiples of this."""

REACH = (20, 40, 40)
"""The output at a place does not depend on input farther away, in (Z, Y, X)."""

_WIDTHS = (24, 48, 64)


class CentreNetwork(nn.Module):
    """Maps image and probability, (N, 2, Z, Y, X), to two logits, (N, 2, Z, Y, X).

    The first has a peak at the centre of each nucleus, the second is positive inside of nuclei.

    `norm`: batch norms for training, which ``research.recipes.centres`` folds into the convolutions.
    """

    def __init__(self, *, norm: bool = False) -> None:
        super().__init__()
        fine, middle, coarse = _WIDTHS
        self.enter = nn.Sequential(_block(8, fine, norm), _block(fine, fine, norm))
        self.middle = nn.Sequential(_block(fine, middle, norm, 2), _block(middle, middle, norm))
        self.coarse = nn.Sequential(_block(middle, coarse, norm, 2), _block(coarse, coarse, norm))
        self.up = _block(middle + coarse, middle, norm)
        self.leave = nn.Sequential(_block(fine + middle, fine, norm), _block(fine, fine, norm))
        self.head = nn.Conv3d(fine, 8, 1)

    def forward(self, images: Tensor) -> Tensor:
        """Logits of a batch; the finest layers work at half the resolution in the plane."""
        fine = self.enter(_halved(images))
        middle = self.middle(fine)
        joined = self.up(torch.cat([_enlarged(self.coarse(middle)), middle], 1))
        logits: Tensor = self.head(self.leave(torch.cat([_enlarged(joined), fine], 1)))
        return _doubled(logits)


def _block(wide_in: int, wide_out: int, norm: bool, stride: int = 1) -> nn.Sequential:
    convolution = nn.Conv3d(wide_in, wide_out, 3, stride, 1, bias=not norm)
    layers = [convolution, nn.BatchNorm3d(wide_out)] if norm else [convolution]
    return nn.Sequential(*layers, nn.ReLU(inplace=True))


def _halved(images: Tensor) -> Tensor:
    """Blocks of 2 x 2 pixels as channels: (N, C, Z, Y, X) to (N, 4 C, Z, Y / 2, X / 2)."""
    return functional.pixel_unshuffle(images.transpose(1, 2), 2).transpose(1, 2)


def _doubled(logits: Tensor) -> Tensor:
    """The inverse of `_halved`."""
    return functional.pixel_shuffle(logits.transpose(1, 2), 2).transpose(1, 2)


def _enlarged(features: Tensor) -> Tensor:
    return functional.interpolate(features, scale_factor=2, mode="nearest")
