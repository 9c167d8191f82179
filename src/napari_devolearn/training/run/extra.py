"""Check the packages of the extra ``train`` before a training starts."""

from __future__ import annotations

from importlib.util import find_spec

from napari_devolearn.exceptions import TrainingError

_PACKAGES = ("albumentations", "matplotlib", "onnx")


def check_extra() -> None:
    """Raise TrainingError if packages of the extra are missing."""
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise TrainingError(f"training needs {', '.join(missing)}; pip install 'napari-devolearn[train]'")
