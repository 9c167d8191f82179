"""Files with the structure of DevoLearn's files and random weights."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from helpers.files.onnx_files import write_onnx

if TYPE_CHECKING:
    from torch import nn


@pytest.fixture(scope="session")
def devolearn_network() -> nn.Module:
    """DevoLearn's segmentation model: an FPN on ResNet-18 for one grey channel, with a final sigmoid."""
    import torch

    from napari_devolearn.models.networks.build import _segmentation_models

    torch.manual_seed(0)
    network: nn.Module = _segmentation_models().FPN(
        encoder_name="resnet18", encoder_weights=None, in_channels=1, classes=1, activation="sigmoid"
    )
    return network.eval()


@pytest.fixture(scope="session")
def devolearn_onnx(tmp_path_factory: pytest.TempPathFactory, devolearn_network: nn.Module) -> Path:
    """The network as exported by DevoLearn: opset 11, only images of 256x256."""
    path = tmp_path_factory.mktemp("onnx") / "membrane_segmentor.onnx"
    return write_onnx(devolearn_network, path, (1, 1, 256, 256), {0: "batch_size"})
