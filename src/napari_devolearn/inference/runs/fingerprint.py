"""Fingerprint of a run: two runs with the same fingerprint write identical files."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from napari_devolearn.inference.params import SegmentParams
from napari_devolearn.io.core.lazy import read_here
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.models.spec import ModelSpec


def run_fingerprint(
    stack: Stack, spec: ModelSpec, compute_backend: str, params: SegmentParams, outputs: Mapping[str, object]
) -> dict[str, Any]:
    """Fingerprint of a run, as JSON values: parameters, model, input, and the paths of the outputs."""
    from napari_devolearn import __version__

    return {
        "version": __version__,
        "params": dataclasses.asdict(params),
        "model": model_fingerprint(spec) | {"compute_backend": compute_backend},
        "input": input_fingerprint(stack),
        "outputs": {name: str(value) for name, value in outputs.items()},
    }


def model_fingerprint(spec: ModelSpec) -> dict[str, Any]:
    """Fingerprint of a model: its name and a digest of its spec, which includes the weights' checksum."""
    return {"name": spec.name, "sha256": _digest([json.dumps(dataclasses.asdict(spec)).encode()])}


def input_fingerprint(stack: Stack) -> dict[str, Any]:
    """Fingerprint of an image, as JSON values.

    All pixels of an array in memory are read; of files only the first and the last frame.
    """
    in_memory = type(stack.data) is np.ndarray  # a memmap is not
    frames = range(stack.shape[0]) if in_memory else {0, stack.shape[0] - 1}
    return {
        "shape": list(stack.shape),
        "dtype": str(stack.dtype),
        "voxel_size": list(stack.voxel_size) if stack.voxel_size else None,
        "frames": _digest([json.dumps(stack.frames).encode()]),
        "chosen": [stack.axes, stack.channel, stack.series],
        "files": _digest([json.dumps(_listing(stack.source)).encode()]),
        "pixels": _digest(np.ascontiguousarray(read_here(stack.data[t])).tobytes() for t in sorted(frames)),
    }


def _digest(parts: Iterable[bytes]) -> str:
    digest = hashlib.sha256()
    for part in parts:
        digest.update(part)
    return digest.hexdigest()[:16]


def _listing(source: Path) -> list[tuple[str, int, int]]:
    """Name, size and modification time of a file or of the files in a folder; empty if neither exists."""
    if source.is_file():
        status = source.stat()
        return [(source.name, status.st_size, status.st_mtime_ns)]
    if not source.is_dir():
        return []
    with os.scandir(source) as entries:
        files = [(entry.name, entry.stat()) for entry in entries if entry.is_file()]
    return sorted((name, status.st_size, status.st_mtime_ns) for name, status in files)
