"""ResNet-18 and ResNet-34 as encoders: He et al. 2016, CVPR, table 1.

The layers have the names of segmentation-models-pytorch, so that its weights can be loaded. Its own encoders
need torchvision, timm and torch's compiler, which take longer to import than torch itself.
"""

from __future__ import annotations

from itertools import pairwise

from torch import Tensor, nn

BLOCKS = {"resnet18": (2, 2, 2, 2), "resnet34": (3, 4, 6, 3)}
"""Residual blocks of each stage, by the name of the encoder."""

_WIDTHS = (64, 128, 256, 512)


class ResNet(nn.Module):
    """Features of an image at each halving of its size.

    `name`: a key of `BLOCKS`.
    `depth`: number of halvings of the input, 1 to 5.
    Attribute `out_channels`: channels of the input and of each halving.
    """

    def __init__(self, name: str, in_channels: int, depth: int = 5) -> None:
        super().__init__()
        self.out_channels = [in_channels, 64, *_WIDTHS][: depth + 1]
        self.conv1 = nn.Conv2d(in_channels, 64, 7, stride=2, padding=3, bias=False)
        self.bn1 = nn.BatchNorm2d(64)
        self.relu = nn.ReLU(inplace=True)
        self.maxpool = nn.MaxPool2d(3, stride=2, padding=1)
        self._stages = [f"layer{number}" for number in range(1, depth)]
        for stage, (before, width), blocks in zip(
            self._stages, pairwise((64, *_WIDTHS)), BLOCKS[name], strict=False
        ):
            first = BasicBlock(before, width, 1 if stage == "layer1" else 2)
            rest = (BasicBlock(width, width) for _ in range(blocks - 1))
            self.add_module(stage, nn.Sequential(first, *rest))
        for module in self.modules():
            if isinstance(module, nn.Conv2d) and module is not self.conv1:
                nn.init.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")

    def forward(self, image: Tensor) -> list[Tensor]:
        """Features of each level, the image itself first."""
        features = [image, self.relu(self.bn1(self.conv1(image)))]
        for stage in self._stages:
            halved = self.maxpool(features[-1]) if stage == "layer1" else features[-1]
            features.append(self.get_submodule(stage)(halved))
        return features


class BasicBlock(nn.Module):
    """Two 3 x 3 convolutions, added to their input.

    `in_channels, out_channels, stride`: if the size or the number of channels changes, the shortcut is a 1 x
    1 convolution.
    """

    def __init__(self, in_channels: int, out_channels: int, stride: int = 1) -> None:
        super().__init__()
        self.conv1 = nn.Conv2d(in_channels, out_channels, 3, stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(out_channels)
        self.relu = nn.ReLU(inplace=True)
        self.conv2 = nn.Conv2d(out_channels, out_channels, 3, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(out_channels)
        self.downsample: nn.Module | None = None
        if stride != 1 or in_channels != out_channels:
            self.downsample = nn.Sequential(
                nn.Conv2d(in_channels, out_channels, 1, stride, bias=False), nn.BatchNorm2d(out_channels)
            )

    def forward(self, features: Tensor) -> Tensor:
        """Features of the next layer."""
        kept = features if self.downsample is None else self.downsample(features)
        changed = self.bn2(self.conv2(self.relu(self.bn1(self.conv1(features)))))
        result: Tensor = self.relu(changed + kept)
        return result


class EncoderHead(nn.Module):
    """Encoder, global average pooling, linear layer: with a ResNet encoder, the ResNet of He et al. 2016.

    `encoder`: of segmentation-models-pytorch: returns a list of features, the deepest last.
    """

    def __init__(self, encoder: nn.Module, outputs: int) -> None:
        super().__init__()
        self.encoder = encoder
        self.head = nn.Linear(encoder.out_channels[-1], outputs)  # type: ignore[index, arg-type]

    def forward(self, image: Tensor) -> Tensor:
        """Numbers, (N, outputs), of an image."""
        features: Tensor = self.encoder(image)[-1]
        numbers: Tensor = self.head(features.mean((2, 3)))
        return numbers
