"""Export a model as a bioimage.io package, so that other tools can run it.

Description format 0.5: https://github.com/bioimage-io/spec-bioimage-io.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import zipfile
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

import numpy as np

from napari_devolearn._types import Floats32
from napari_devolearn.exceptions import OutputError, ParameterError
from napari_devolearn.io.writing.atomic import atomic_file, atomic_folder
from napari_devolearn.models.registry import ModelFiles
from napari_devolearn.models.spec import ModelSpec

if TYPE_CHECKING:
    from torch import nn

DESCRIPTION = "rdf.yaml"
"""File of a package that describes the others."""

_FORMAT = "0.5.4"
_ONNX, _CARD, _INPUT, _OUTPUT = "weights.onnx", "README.md", "test_input.npy", "test_output.npy"
_FILES = (DESCRIPTION, _ONNX, _CARD, _INPUT, _OUTPUT)
_EDGE, _STEP = 256, 32  # pixels: edge of the test images, and divisor of all sizes
_CLIP = (-1.0, 4.0)  # as `inference.normalise` clips
_EPS = 1e-6


def export_bioimageio(files: ModelFiles, target: Path, *, overwrite: bool = False) -> Path:
    """Write a model as a bioimage.io package: ONNX weights, model card, test images and their description.

    Normalisation is part of the package. Resampling to the model's pixel size and splitting touching objects
    are not; the user of the package has to do them.

    `files`: a model that predicts images.
    `target`: a folder, or a name ending in ``.zip``; returned.
    `overwrite`: replace an existing package.
    Raises ParameterError if the model counts lineages.
    Raises OutputError or OutputExistsError if the package onnx is missing, or the target exists or cannot be
    written.
    Raises WeightsError if the weights are missing or damaged.
    """
    from napari_devolearn.models.weights import load_network

    spec = files.spec
    if spec.architecture == "resnet":
        raise ParameterError(
            f"{spec.name}: counts lineages, but bioimage.io packages need a model that predicts images; "
            "choose another one"
        )
    if find_spec("onnx") is None:
        raise OutputError(f"{spec.name}: exporting needs onnx; pip install 'napari-devolearn[onnx]'")
    network = load_network(files)
    if target.suffix != ".zip":
        with atomic_folder(target, ours=_FILES.__contains__, overwrite=overwrite) as stage:
            _write(stage, files, network)
        return target
    with atomic_file(target, overwrite=overwrite) as packed, TemporaryDirectory() as folder:
        _write(Path(folder), files, network)
        with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
            for name in _FILES:
                archive.write(Path(folder, name), name)
    return target


def _write(folder: Path, files: ModelFiles, network: nn.Module) -> None:
    import torch
    import yaml

    from napari_devolearn.training.export.onnx import export_onnx

    spec = files.spec
    export_onnx(folder / _ONNX, network, spec)
    card = files.card.read_text("utf-8") if files.card.is_file() else f"# {spec.name}\n\n{spec.description}\n"
    card = card.replace("## Evaluation", "## Validation")  # the heading in bioimage.io
    (folder / _CARD).write_text(card, encoding="utf-8", newline="\n")
    image = example_image(spec)
    np.save(folder / _INPUT, image)
    with torch.inference_mode():
        logits = network.float().eval()(torch.from_numpy(_normalised(image, spec)))
    np.save(folder / _OUTPUT, logits.sigmoid().numpy())
    text = yaml.safe_dump(_description(spec, folder), sort_keys=False, allow_unicode=True, width=110)
    (folder / DESCRIPTION).write_text(text, encoding="utf-8", newline="\n")


def example_image(spec: ModelSpec) -> Floats32:
    """Bright discs on a noisy background, always identical: (1, C, Y, X), float32, from 0 to 255."""
    rng = np.random.default_rng(0)
    y, x = np.mgrid[:_EDGE, :_EDGE]
    image = rng.normal(20, 3, (spec.in_channels, _EDGE, _EDGE))
    for row, column in rng.uniform(30, _EDGE - 30, (8, 2)):
        image += 150 * np.exp(-((((y - row) ** 2 + (x - column) ** 2) / 20**2) ** 2))
    return np.clip(image, 0, 255).astype(np.float32)[None]


def _normalised(image: Floats32, spec: ModelSpec) -> Floats32:
    """Normalise as the package's preprocessing does."""
    if spec.normalisation == "divide-255":
        return image / np.float32(255)
    low, high = np.percentile(image, spec.percentiles, axis=(2, 3), keepdims=True)
    return np.asarray(np.clip((image - low) / (high - low + _EPS), *_CLIP).astype(np.float32))


def _description(spec: ModelSpec, folder: Path) -> dict[str, Any]:
    def file(name: str) -> dict[str, str]:
        return {"source": name, "sha256": hashlib.sha256((folder / name).read_bytes()).hexdigest()}

    def axes(channels: list[str], size: dict[str, Any]) -> list[dict[str, Any]]:
        return [
            {"type": "batch"},
            {"type": "channel", "channel_names": channels},
            *(
                {"type": "space", "id": axis, "unit": "micrometer", "scale": spec.pixel_size}
                | {"size": size | ({"axis_id": axis} if "tensor_id" in size else {})}
                for axis in "yx"
            ),
        ]

    names = [f"z{i - spec.context:+d}" if spec.context else f"image{i}" for i in range(spec.in_channels)]
    return {
        "type": "model",
        "format_version": _FORMAT,
        "name": f"napari-devolearn {spec.name}",
        "description": spec.description or spec.name,
        "authors": [{"name": "the napari-devolearn developers"}],
        "cite": [{"text": "DevoLearn", "url": "https://github.com/DevoLearn/devolearn"}],
        "license": "BSD-3-Clause",
        "tags": ["segmentation", "embryo", "c-elegans", spec.task, "2d", spec.architecture],
        "documentation": file(_CARD)["source"],
        "inputs": [
            {
                "id": "image",
                "axes": axes(names, {"min": 2 * _STEP, "step": _STEP}),
                "data": {"type": "float32"},
                "test_tensor": file(_INPUT),
                "preprocessing": _preprocessing(spec),
            }
        ],
        "outputs": [
            {
                "id": "probability",
                "axes": axes(list(spec.outputs), {"tensor_id": "image"}),
                "data": {"type": "float32"},
                "test_tensor": file(_OUTPUT),
            }
        ],
        "weights": {"onnx": {**file(_ONNX), "opset_version": 17}},
        "config": {"napari_devolearn": json.loads(json.dumps(dataclasses.asdict(spec)))},
    }


def _preprocessing(spec: ModelSpec) -> list[dict[str, Any]]:
    if spec.normalisation == "divide-255":
        return [{"id": "scale_linear", "kwargs": {"gain": 1 / 255, "offset": 0.0}}]
    low, high = spec.percentiles
    scale = {"axes": ["y", "x"], "min_percentile": low, "max_percentile": high, "eps": _EPS}
    return [
        {"id": "scale_range", "kwargs": scale},
        {"id": "clip", "kwargs": {"min": _CLIP[0], "max": _CLIP[1]}},
    ]
