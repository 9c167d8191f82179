"""Load model files of other tools by their suffix."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn.models.other_tools.foreign import ForeignFile, read_foreign
from napari_devolearn.models.other_tools.onnx_file import load_onnx
from napari_devolearn.models.other_tools.state_dict import load_state_dict
from napari_devolearn.models.spec import ModelSpec

if TYPE_CHECKING:
    from torch import nn

_LOADERS: dict[str, Callable[[ForeignFile], tuple[ModelSpec, nn.Module]]] = {
    ".onnx": load_onnx,
    ".pt": load_state_dict,
    ".pth": load_state_dict,
}


def is_foreign(name: str | Path) -> bool:
    """Whether a model's name is the path of another tool's file."""
    return Path(name).suffix.lower() in _LOADERS


def load_foreign(path: Path) -> tuple[ModelSpec, nn.Module]:
    """Load a file of another tool, without running code from it.

    `path`: ``.onnx``, or a state dict in ``.pt`` or ``.pth``. A JSON file with the same stem may give fields
    of the ModelSpec.
    Returns the spec, and the network from (N, in_channels, Y, X) to logits, in evaluation mode.
    Raises WeightsError if the file is damaged, or has an unknown network or pickled objects.
    """
    return _LOADERS[path.suffix.lower()](read_foreign(path))
