"""ONNX files as models, through onnxruntime."""

from __future__ import annotations

import json
from dataclasses import fields, replace
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.io.core.border import reading
from napari_devolearn.models.other_tools.foreign import ForeignFile, image_outputs
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.models.spec_file import tuples
from napari_devolearn.models.weights import NOT_FINITE

if TYPE_CHECKING:
    from torch import nn


def load_onnx(file: ForeignFile) -> tuple[ModelSpec, nn.Module]:
    """Load an ONNX file; it always runs on the CPU.

    Each slice is scaled from its minimum to its maximum, as in DevoLearn's demonstrations of its ONNX file,
    unless the sidecar file or the metadata of the file specify something else.

    Raises WeightsError if the file is damaged, its inputs and outputs are not images, or onnxruntime is
    missing.
    """
    from napari_devolearn.models.other_tools.onnx_network import OnnxNetwork

    session = _open(file)
    file = replace(file, stated={**_metadata(session), **file.stated})
    in_channels, size = _input(file, session)
    with reading(file.path, "a run of it", kind=WeightsError, remedy="export it again"):
        network = OnnxNetwork(session, in_channels, size)
    _, outputs, *found = network.output_shape
    if tuple(found) != network.probed_size:
        raise WeightsError(
            f"{file.path}: output of {tuple(found)} pixels for an input of {network.probed_size}; export a "
            "network that keeps the size"
        )
    spec = file.spec(in_channels=in_channels, outputs=image_outputs(outputs), percentiles=(0.0, 100.0))
    return spec, network.eval()


def _open(file: ForeignFile) -> Any:
    try:
        import onnx
        import onnxruntime
    except ImportError as error:
        raise WeightsError(
            f"{file.path}: ONNX files need onnxruntime and onnx; pip install 'napari-devolearn[onnx]'"
        ) from error
    import torch

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = torch.get_num_threads()
    options.log_severity_level = 4  # errors are raised anyway
    with reading(file.path, kind=WeightsError, remedy="download it again"):
        _check_weights(file, onnx.load_model_from_string(file.content).graph)
        # bytes instead of the path, so that the graph cannot refer to other files
        return onnxruntime.InferenceSession(file.content, options, providers=["CPUExecutionProvider"])


def _check_weights(file: ForeignFile, graph: Any) -> None:
    """Refuse NaN and infinity, which some layers would convert to 0 without a warning."""
    from onnx import numpy_helper

    constants = [one.t for node in graph.node if node.op_type == "Constant" for one in node.attribute]
    for tensor in (*graph.initializer, *constants):
        values = numpy_helper.to_array(tensor)
        if values.dtype.kind == "f" and not np.isfinite(values).all():
            raise WeightsError(f"{file.path}: {tensor.name or 'a constant'} {NOT_FINITE}")


def _metadata(session: Any) -> dict[str, Any]:
    """Read the ModelSpec that a training run of this package writes into the file."""
    written: dict[str, str] = session.get_modelmeta().custom_metadata_map
    if not {field.name for field in fields(ModelSpec)}.issuperset(written):
        return {}  # metadata of other programs
    try:
        return tuples({key: json.loads(value) for key, value in written.items()})
    except ValueError:
        return {}


def _input(file: ForeignFile, session: Any) -> tuple[int, tuple[int | None, int | None]]:
    """Number of channels, and (Y, X) if the file has a fixed size."""
    inputs, outputs = session.get_inputs(), session.get_outputs()
    shapes = [tuple(i.shape) for i in (*inputs, *outputs)]
    if len(shapes) != 2 or any(len(shape) != 4 for shape in shapes) or inputs[0].type != "tensor(float)":
        listed = ", ".join(f"{i.name} {i.type}{i.shape}" for i in (*inputs, *outputs))
        raise WeightsError(
            f"{file.path}: inputs and outputs are {listed}; export a model with one float input (N, C, Y, X) "
            "and one output"
        )
    _, channels, height, width = (length if isinstance(length, int) else None for length in shapes[0])
    return channels or file.stated.get("in_channels", 1), (height, width)
