"""Build the torch network of a ModelSpec. The rest of ``models`` imports torch only through this file."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from typing import Any

import torch
from torch import nn

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.models.networks.decoders import SumMerge, fpn, unet
from napari_devolearn.models.networks.plain_unet import PlainUNet
from napari_devolearn.models.networks.resnet import BLOCKS, EncoderHead, ResNet
from napari_devolearn.models.networks.triton import isolate_triton
from napari_devolearn.models.spec import ModelSpec

ENCODERS = (
    *("resnet18", "resnet34", "mobilenet_v2", "efficientnet-b0", "tu-tf_efficientnet_lite0"),
    *("timm-mobilenetv3_small_minimal_100", "timm-mobilenetv3_large_100"),
)
"""Encoders of segmentation-models-pytorch for messages and for guessing, including small ones."""

# If torch and torchvision are of different builds (for example CPU and CUDA), torchvision cannot be
# imported, because these operators of its compiled library are unknown. They are not used here.
_TORCHVISION_OPS = ("nms", "qnms")
_declared: list[torch.library.Library] = []


def build_network(spec: ModelSpec) -> nn.Module:
    """Build the network of a spec, with random weights.

    The network takes float (N, in_channels, Y, X), with Y and X multiples of 32, and returns logits (N,
    len(outputs), Y, X), or numbers (N, len(outputs)) for a "resnet".
    Raises WeightsError if there is no such encoder; the message lists some.
    """
    isolate_triton()
    if spec.architecture == "plain-unet":
        return PlainUNet(spec.in_channels, len(spec.outputs), _width(spec))
    if spec.encoder in BLOCKS:  # as the library's, without importing torchvision, timm and torch's compiler
        encoder, outputs = ResNet(spec.encoder, spec.in_channels, spec.encoder_depth), len(spec.outputs)
        if spec.architecture == "resnet":
            return EncoderHead(encoder, outputs)
        if spec.architecture == "fpn":
            return fpn(encoder, outputs)
        return unet(encoder, outputs, spec.decoder_channels)
    smp = _segmentation_models()
    try:
        return _from_library(smp, spec)
    except (KeyError, RuntimeError) as error:
        raise WeightsError(
            f"model {spec.name!r}: encoder {spec.encoder!r}: unknown; choose one of {', '.join(ENCODERS)}, "
            "or another encoder of segmentation-models-pytorch"
        ) from error


def _from_library(smp: Any, spec: ModelSpec) -> nn.Module:
    if spec.architecture == "resnet":
        encoder = smp.encoders.get_encoder(spec.encoder, in_channels=spec.in_channels, weights=None)
        return EncoderHead(encoder, len(spec.outputs))
    options: dict[str, Any] = {}
    if spec.decoder_channels:  # of a U-Net
        options = {"encoder_depth": spec.encoder_depth, "decoder_channels": spec.decoder_channels}
    network: nn.Module = smp.create_model(
        spec.architecture,
        encoder_name=spec.encoder,
        encoder_weights=None,
        in_channels=spec.in_channels,
        classes=len(spec.outputs),
        **options,
    )
    if spec.architecture == "fpn":
        network.decoder.merge = SumMerge()  # type: ignore[union-attr]
    for stage in range(
        spec.encoder_depth, 5
    ):  # unused ones of the library's ResNets have most of the weights
        if hasattr(network.encoder, f"layer{stage}"):
            setattr(network.encoder, f"layer{stage}", nn.Identity())
    return network


def _width(spec: ModelSpec) -> int:
    kind, _, width = spec.encoder.partition("-")
    if kind != "width" or re.fullmatch("[1-9][0-9]{0,3}", width) is None:
        raise WeightsError(
            f"model {spec.name!r}: encoder {spec.encoder!r}: a plain U-Net needs a width; write for example "
            "width-64"
        )
    return int(width)


def _segmentation_models() -> Any:
    _declare_missing_operators()
    import segmentation_models_pytorch

    return segmentation_models_pytorch


def _declare_missing_operators() -> None:
    """Allow importing a torchvision whose compiled library does not match torch."""
    found = importlib.util.find_spec("torchvision")
    if _declared or found is None or found.origin is None:
        return
    for library in Path(found.origin).parent.glob("_C.*"):
        try:
            torch.ops.load_library(str(library))
        except OSError:
            declared = torch.library.Library("torchvision", "DEF")
            for name in _TORCHVISION_OPS:
                declared.define(f"{name}(Tensor dets, Tensor scores, float iou_threshold) -> Tensor")
            _declared.append(declared)
