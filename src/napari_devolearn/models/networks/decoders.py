"""The two decoders of segmentation-models-pytorch that the models use, with the same layer names."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor, nn
from torch.nn import functional

from napari_devolearn.models.networks.plain_unet import batch_normed
from napari_devolearn.models.networks.resnet import ResNet

_UNET_CHANNELS = (256, 128, 64, 32, 16)  # default channels of a U-Net decoder
_PYRAMID, _SEGMENTATION = 256, 128


class EncoderDecoder(nn.Module):
    """An encoder, a decoder and a convolution to logits.

    `head`: from the decoder's channels to one for each output.
    `upsampling`: downsampling factor of the decoder's features.
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
    chosen = widths or _UNET_CHANNELS
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
        self.p4, self.p3, self.p2 = (
            _named(skip_conv=nn.Conv2d(channels[level], _PYRAMID, 1)) for level in (4, 3, 2)
        )
        self.seg_blocks = nn.ModuleList(_segmentation_block(doublings) for doublings in (3, 2, 1, 0))
        self.merge = SumMerge()
        self.dropout = nn.Dropout2d(0.2, inplace=True)

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Features at a quarter of the image's size."""
        levels = [self.p5(features[5])]
        for lateral, level in ((self.p4, 4), (self.p3, 3), (self.p2, 2)):
            deeper = functional.interpolate(levels[-1], scale_factor=2.0, mode="nearest")
            levels.append(deeper + lateral(features[level]))
        merged = self.merge([block(level) for block, level in zip(self.seg_blocks, levels, strict=True)])
        result: Tensor = self.dropout(merged)
        return result


def _named(**layers: nn.Module) -> nn.Sequential:
    """Layers in sequence, with the names that they have in the library."""
    return nn.Sequential(OrderedDict(layers))


def _segmentation_block(doublings: int) -> nn.Sequential:
    widths = (_PYRAMID, *[_SEGMENTATION] * max(1, doublings))
    return _named(block=nn.Sequential(*(_group_normed(a, b, bool(doublings)) for a, b in pairwise(widths))))


def _group_normed(in_channels: int, out_channels: int, double: bool) -> nn.Sequential:
    block = nn.Sequential(
        nn.Conv2d(in_channels, out_channels, 3, padding=1, bias=False),
        nn.GroupNorm(32, out_channels),
        nn.ReLU(inplace=True),
    )
    doubled = nn.Upsample(scale_factor=2.0, mode="bilinear", align_corners=True)
    return _named(block=block, enlarge=doubled if double else nn.Identity())


class UNetDecoder(nn.Module):
    """At each level, from the deepest up: upsampling, the encoder's features appended, two convolutions."""

    def __init__(self, channels: Sequence[int], widths: Sequence[int]) -> None:
        super().__init__()
        inputs = (channels[-1], *widths[:-1])
        skipped = (*channels[-2:0:-1], 0)
        self.blocks = nn.ModuleList(
            _named(conv1=batch_normed(below + skips, width), conv2=batch_normed(width, width))
            for below, skips, width in zip(inputs, skipped, widths, strict=True)
        )

    def forward(self, features: Sequence[Tensor]) -> Tensor:
        """Features at the image's size."""
        result, skips = features[-1], [*features[-2:0:-1], None]
        for block, skipped in zip(self.blocks, skips, strict=True):
            result = functional.interpolate(result, scale_factor=2.0, mode="nearest")
            result = block(result if skipped is None else torch.cat([result, skipped], 1))
        return result
