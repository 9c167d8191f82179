"""Save a network as a model: weights in half precision, and the spec with their SHA-256."""

from __future__ import annotations

import dataclasses
import hashlib
from pathlib import Path

import torch
from torch import Tensor, nn

from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.models.spec_file import write_spec


def save_model(network: nn.Module, spec: ModelSpec, folder: Path) -> ModelSpec:
    """Write weights in half precision and the spec; returns the spec with the SHA-256 of the weights.

    Raises OutputError if they cannot be written; the old ones stay.
    """
    from safetensors.torch import save

    content = save({name: _halved(tensor) for name, tensor in network.state_dict().items()})
    signed = dataclasses.replace(spec, sha256=hashlib.sha256(content).hexdigest())
    with atomic_file(folder / f"{spec.name}.safetensors", overwrite=True) as stage:
        stage.write_bytes(content)
    with atomic_file(folder / f"{spec.name}.json", overwrite=True) as stage:
        write_spec(signed, stage)
    return signed


def _halved(tensor: Tensor) -> Tensor:
    whole = tensor.detach().cpu().contiguous()
    half = whole.half() if whole.is_floating_point() else whole
    # variances of a batch norm can exceed the range of float16
    return half if bool(torch.isfinite(half).all()) else whole
