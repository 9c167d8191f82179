"""Load and verify weights: safetensors with a SHA-256, never a pickle."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.io.core.border import reason_of
from napari_devolearn.models.registry import ModelFiles

if TYPE_CHECKING:
    from torch import nn

NOT_FINITE = "contains NaN or infinity; download the file again or train again"


def verify_weights(files: ModelFiles) -> bytes:
    """Read the weights file and compare its SHA-256 with the spec.

    Raises WeightsError if the file is missing or differs.
    """
    return read_verified(files.weights, files.spec.sha256)


def read_verified(path: Path, sha256: str) -> bytes:
    """Read a file and compare its SHA-256.

    Raises WeightsError if it is missing or differs.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise WeightsError(f"{path}: cannot be read ({error.strerror}); reinstall the package") from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != sha256:
        raise WeightsError(
            f"{path}: changed or damaged (SHA-256 {digest[:12]}…, expected {sha256[:12]}…); reinstall the "
            "package"
        )
    return content


def load_network(files: ModelFiles) -> nn.Module:
    """Build a model's network and load its verified weights: evaluation mode, float32, on the CPU.

    Raises WeightsError if the file does not match the spec's SHA-256 or its network, or contains NaN or
    infinity.
    """
    from safetensors.torch import load

    from napari_devolearn.models.networks.build import build_network

    content = verify_weights(files)
    network = build_network(files.spec)
    try:
        network.load_state_dict(load(content))
    except Exception as error:
        raise WeightsError(
            f"{files.weights}: does not match {files.spec.architecture}/{files.spec.encoder} "
            f"({reason_of(error)}); use the spec with which it was trained"
        ) from error
    check_weights(network, files.weights)
    return network.eval()


def check_weights(network: nn.Module, path: Path) -> None:
    """Refuse NaN and infinite weights, with which most objects would be missed without a warning.

    `path`: the weights file, for messages.
    Raises WeightsError if one is NaN or infinite; the message names the layer.
    """
    for name, tensor in network.state_dict().items():
        if not bool(tensor.isfinite().all()):
            raise WeightsError(f"{path}: {name} {NOT_FINITE}")
