"""Load and compile each shipped network once for all tests of a process: in OpenVINO this takes seconds."""

from __future__ import annotations

import copy
from typing import Any

import pytest

_LOADED: dict[Any, Any] = {}
_COMPILED: dict[tuple[object, ...], Any] = {}


def share_networks(patch: pytest.MonkeyPatch) -> None:
    """Let `load_model` reuse the compiled networks of shipped models; each call still returns a new model."""
    from napari_devolearn.inference import load, model

    patch.setattr(load, "load_network", _load)
    patch.setattr(model, "compile_network", _compile)


def _load(files: Any) -> Any:
    from napari_devolearn.models.registry import find_model
    from napari_devolearn.models.weights import load_network

    shipped = files.weights.parent == find_model("nucleus").weights.parent
    if not shipped or files.spec.task == "lineage":  # LineageModel moves its network to the device
        return load_network(files)
    if files.weights not in _LOADED:
        _LOADED[files.weights] = load_network(files)
    return _LOADED[files.weights]


def _compile(network: Any, device: str, backend: str = "auto", ranges: Any = None) -> Any:
    import torch

    from napari_devolearn.inference.backends.backend import compile_network

    if not any(network is one for one in _LOADED.values()):
        return compile_network(network, device, backend, ranges)  # type: ignore[arg-type]
    key = (id(network), device, backend, torch.get_num_threads())
    if key not in _COMPILED:
        _COMPILED[key] = compile_network(copy.deepcopy(network), device, backend, ranges)  # type: ignore[arg-type]
    return _COMPILED[key]
