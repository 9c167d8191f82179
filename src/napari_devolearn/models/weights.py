"""Weights that are checked before they are used: safetensors and a SHA-256, never a pickle."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.models.registry import ModelFiles

if TYPE_CHECKING:
    from torch import nn


def verify_weights(files: ModelFiles) -> bytes:
    """Read the weights file and compare it with the spec.

    Parameters
    ----------
    files : ModelFiles

    Returns
    -------
    bytes
        The file's content: what was checked is what gets loaded.

    Raises
    ------
    WeightsError
        If the file is missing or differs from the spec by as little as a bit.
    """
    try:
        content = files.weights.read_bytes()
    except OSError as error:
        raise WeightsError(
            f"{files.weights}: cannot be read ({error.strerror}); install the package again"
        ) from error
    digest = hashlib.sha256(content).hexdigest()
    if digest != files.spec.sha256:
        raise WeightsError(
            f"{files.weights}: SHA-256 is {digest[:12]}…, the spec says {files.spec.sha256[:12]}…: "
            "the file was changed or damaged; install the package again"
        )
    return content


def load_network(files: ModelFiles) -> nn.Module:
    """Build a model's network and fill in its verified weights.

    Parameters
    ----------
    files : ModelFiles

    Returns
    -------
    torch.nn.Module
        In evaluation mode, float32, on the CPU.

    Raises
    ------
    WeightsError
        If the file does not match the spec's SHA-256 or its network.
    """
    from safetensors import SafetensorError
    from safetensors.torch import load

    from napari_devolearn.models._build import build_network

    content = verify_weights(files)
    network = build_network(files.spec)
    try:
        network.load_state_dict(load(content))
    except (RuntimeError, SafetensorError) as error:
        raise WeightsError(
            f"{files.weights}: does not fit {files.spec.architecture}/{files.spec.encoder} "
            f"({str(error).splitlines()[0]}); use the spec that it was trained with"
        ) from error
    return network.eval()
