"""The packages of the extra ``train``, asked for before hours of training rather than after."""

from __future__ import annotations

from importlib.util import find_spec

from napari_devolearn.exceptions import TrainingError

_PACKAGES = ("albumentations", "matplotlib", "onnx")


def check_extra() -> None:
    """Refuse to begin where the extra is missing.

    Raises
    ------
    TrainingError
        The message has the command that installs it.
    """
    missing = [name for name in _PACKAGES if find_spec(name) is None]
    if missing:
        raise TrainingError(f"training needs {', '.join(missing)}; pip install 'napari-devolearn[train]'")
