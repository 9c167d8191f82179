"""The two decoders of segmentation-models-pytorch that the models use, with the same layer names."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from napari_devolearn.models.networks.resnet import ResNet

UNET_CHANNELS = (256, 128, 64, 32, 16)
"""Default channels of a U-Net decoder."""

_PYRAMID, _SEGMENTATION = 256, 128


class EncoderDecoder(nn.Module):
    """An encoder, a decoder and a convolution to logits.

    Parameters
    ----------
    encoder : ResNet
    decoder : FPNDecoder or UNetDecoder
    head : torch.nn.Conv2d
        From the decoder's channels to one for each output.
    upsampling : int
        Downsampling factor of the decoder's features.
    """

    def __init__(self, encoder: ResNet, decoder: nn.Module, head: nn.Conv2d, upsampling: int = 1) -> None:
        super().__init__()
        self.encoder, self.decoder = encoder, decoder
        enlarge = nn.Upsample(scale_factor=upsampling, mode="bilinear", align_corners=True)
        self.segmentation_head = nn.Sequential(head, enlarge if upsampling > 1 else nn.Identity())
        for module in decoder.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_uniform_(module.weight, nonlinearity="relu")
                if module.bias is not None:
                    nn.init.zeros_(module.bias)
        nn.init.xavier_uniform_(head.weight)
        if head.bias is not None:
            nn.init.zeros_(head.bias)

    def forward(self, image: Tensor) -> Tensor:
        """Logits of an image."""
        logits: Tensor = self.segmentation_head(self.decoder(self.encoder(image)))
        return logits


def fpn(encoder: ResNet, outputs: int) -> nn.Module:
    """Semantic FPN (Kirillov et al. 2019, CVPR, figure 3) on an encoder of depth 5.

    Maps (N, C, Y, X) to (N, outputs, Y, X); Y and X are multiples of 32.
    """
    return EncoderDecoder(encoder, FPNDecoder(encoder.out_channels), nn.Conv2d(_SEGMENTATION, outputs, 1), 4)


def unet(encoder: ResNet, outputs: int, widths: Sequence[int] = ()) -> nn.Module:
    """U-Net on an encoder; `widths` are the channels of the decoder, from the deepest level up.

    Maps (N, C, Y, X) to (N, outputs, Y, X); Y and X are multiples of ``2 ** depth``.
    """
    chosen = widths or UNET_CHANNELS
    head = nn.Conv2d(chosen[-1], outputs, 3, padding=1)
    return EncoderDecoder(encoder, UNetDecoder(encoder.out_channels, chosen), head)


class SumMerge(nn.Module):
    """Sum of the FPN's pyramid levels by additions.

    The same result as ``torch.stack(levels).sum(0)`` without the copy, which takes half of the run time in
    bfloat16 on a CPU.
    """

    def forward(self, levels: list[Tensor]) -> Tensor:
        """Sum of levels of one shape."""
        total = levels[0]
        for level in levels[1:]:
            total = total + level
        return total


class FPNDecoder(nn.Module):
    """Sum of four levels of a feature pyramid, each resampled to a quarter of the image size."""

    def __init__(self, channels: Sequence[int]) -> None:
        super().__init__()
        self.p5 = nn.Conv2d(channels[5], _PYRAMID, 1)
        self.p4, self.p3, self.p2 = (_PyramidLevel(channels[level]) for level in (4, 3, 2))
        self.seg_blocks = nn.ModuleList(_SegmentationBlock(doublings) for doublings in (3, 2, 1, 0))
        self.merge = SumMerge()
        self.dropout = nn.Dropout2d(0.2, inplace=True)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Features at a quarter of the image's size."""
        p5 = self.p5(features[5])
        p4 = self.p4(p5, features[4])
        p3 = self.p3(p4, features[3])
        p2 = self.p2(p3, features[2])
        levels = [block(level) for block, level in zip(self.seg_blocks, (p5, p4, p3, p2), strict=True)]
        result: Tensor = self.dropout(self.merge(levels))
        return result


class _PyramidLevel(nn.Module):
    def __init__(self, channels: int) -> None:
        super().__init__()
        self.skip_conv = nn.Conv2d(channels, _PYRAMID, 1)

    def forward(self, deeper: Tensor, features: Tensor) -> Tensor:
        level: Tensor = functional.interpolate(deeper, scale_factor=2.0, mode="nearest")
        joined: Tensor = level + self.skip_conv(features)
        return joined


class _SegmentationBlock(nn.Module):
    def __init__(self, doublings: int) -> None:
        super().__init__()
        widths = (_PYRAMID, *[_SEGMENTATION] * max(1, doublings))
        self.block = nn.Sequential(*(_GroupNormed(a, b, bool(doublings)) for a, b in pairwise(widths)))

    def forward(self, features: Tensor) -> Tensor:
        result: Tensor = self.block(features)
        return result


class _GroupNormed(nn.Module):
    def __init__(self, in_channels: int, out_channels: int, double: bool) -> None:
        super().__init__()
        self.block = nn.Sequential(
            nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
            nn.GroupNorm(32, out_channels),
            nn.ReLU(inplace=True),
        )
        double_size = nn.Upsample(scale_factor=2.0, mode="bilinear", align_corners=True)
        self.enlarge = double_size if double else nn.Identity()

    def forward(self, features: Tensor) -> Tensor:
        result: Tensor = self.enlarge(self.block(features))
        return result


class UNetDecoder(nn.Module):
    """At each level, from the deepest up: upsampling, the encoder's features appended, two convolutions."""

    def __init__(self, channels: Sequence[int], widths: Sequence[int]) -> None:
        super().__init__()
        inputs = (channels[-1], *widths[:-1])
        skipped = (*channels[-2:0:-1], 0)
        self.blocks = nn.ModuleList(
            _UNetBlock(below + skips, width)
            for below, skips, width in zip(inputs, skipped, widths, strict=True)
        )

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Features at the image's size."""
        result, skips = features[-1], [*features[-2:0:-1], None]
        for block, skipped in zip(self.blocks, skips, strict=True):
            result = functional.interpolate(result, scale_factor=2.0, mode="nearest")
            result = block(result if skipped is None else torch.cat([result, skipped], 1))
        return result


class _UNetBlock(nn.Module):
    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        convolution = partial(
            nn.Conv2d, kernel_size=3, padding=1, bias=False
        )  # a bias has no effect before the norm
        self.conv1, self.conv2 = (
            nn.Sequential(convolution(channels, out_channels), nn.BatchNorm2d(out_channels), nn.ReLU(True))
            for channels in (in_channels, out_channels)
        )

    def forward(self, features: Tensor) -> Tensor:
        result: Tensor = self.conv2(self.conv1(features))
        return result
