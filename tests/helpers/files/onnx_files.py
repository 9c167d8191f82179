"""Small ONNX files for tests."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from torch import nn


def write_onnx(network: nn.Module, path: Path, shape: tuple[int, ...], free: dict[int, str]) -> Path:
    """Write a network as ONNX for images of a shape with some free axes; skip without onnx."""
    import torch

    pytest.importorskip("onnx")
    pytest.importorskip("onnxruntime")
    torch.onnx.export(
        network,
        (torch.zeros(shape),),
        path,
        opset_version=11,
        dynamo=False,
        input_names=["input"],
        output_names=["output"],
        dynamic_axes={"input": free, "output": free},
    )
    return path
