"""Registry of the shipped models, and models in run folders."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from napari_devolearn.exceptions import WeightsError
from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.models.spec_file import read_spec

_BUNDLED = Path(__file__).parent / "weights"


@dataclass(frozen=True)
class ModelFiles:
    """A spec and the weights file next to it.

    `weights`: the safetensors file.
    `card`: the model card, Markdown; need not exist.
    """

    spec: ModelSpec
    weights: Path
    card: Path


def bundled_models() -> tuple[ModelFiles, ...]:
    """The models that ship with the package, by name."""
    return tuple(_files(path) for path in sorted(_BUNDLED.glob("*.json")) if "." not in path.stem)


def list_models() -> tuple[ModelSpec, ...]:
    """The specs of the shipped models, by name.

    Returns
    -------
    tuple of ModelSpec

    Examples
    --------
    >>> [spec.name for spec in list_models()]
    ['embryo', 'lineage', 'membrane', 'neuron', 'nucleus']
    """
    return tuple(files.spec for files in bundled_models())


def find_model(name: str | Path) -> ModelFiles:
    """Find a model by name, or by the path of its spec (``.json``) with the weights next to it.

    Raises WeightsError if there is none; the message lists the known ones.
    """
    path = Path(name)
    if path.suffix == ".json":
        return _files(path)
    if (_BUNDLED / f"{name}.json").is_file():
        return _files(_BUNDLED / f"{name}.json")
    known = ", ".join(spec.name for spec in list_models()) or "none"
    raise WeightsError(
        f"model {str(name)!r}: unknown; choose one of {known}, or give the path of a spec.json"
    )


def _files(spec: Path) -> ModelFiles:
    return ModelFiles(read_spec(spec), spec.with_suffix(".safetensors"), spec.with_suffix(".md"))
