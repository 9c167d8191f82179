"""Export a network as ONNX, for tools without torch or this package."""

from __future__ import annotations

import copy
import dataclasses
import json
import warnings
from pathlib import Path

import torch
from torch import nn

from napari_devolearn.inference.backends.torch_backend import TRACING
from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.models.spec import ModelSpec

_OPSET = 17  # since 2022: ONNX Runtime 1.12, OpenCV 4.8, TensorRT 8.5 and later
_FREE_SIZES = {0: "n", 2: "y", 3: "x"}


def export_onnx(path: Path, network: nn.Module, spec: ModelSpec) -> None:
    """Write a network as ONNX, with its spec in the file's metadata; an existing file is replaced.

    The input is ``image``, float32 (n, channels, y, x), normalised as in the spec, with y and x multiples of
    32; the output is ``probability`` (n, outputs, y, x), or ``numbers`` (n, outputs). The network is not
    changed.
    Raises OutputError if it cannot be written.
    """
    import onnx

    plain = copy.deepcopy(network).cpu().float().eval()
    numbers = spec.architecture == "resnet"
    name = "numbers" if numbers else "probability"
    with TRACING, atomic_file(path, overwrite=True) as stage, warnings.catch_warnings():
        # the newer exporter needs another package, and gives the same for these networks
        warnings.simplefilter("ignore")
        torch.onnx.export(
            plain if numbers else nn.Sequential(plain, nn.Sigmoid()),
            (torch.zeros(1, spec.in_channels, 64, 64),),
            stage,
            dynamo=False,
            opset_version=_OPSET,
            input_names=["image"],
            output_names=[name],
            dynamic_axes={"image": _FREE_SIZES, name: {0: "n"} if numbers else _FREE_SIZES},
        )
        model = onnx.load(stage)
        fields = dataclasses.asdict(spec).items()
        onnx.helper.set_model_props(model, {key: json.dumps(value) for key, value in fields})
        onnx.save(model, stage)
