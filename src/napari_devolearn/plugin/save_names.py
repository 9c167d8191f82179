"""Names from napari's dialog for saving: with or without a suffix, files and folders."""

from __future__ import annotations

import re
from pathlib import Path

from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.io.core.tif_names import TIF_SUFFIXES

_FILES = (*TIF_SUFFIXES, ".csv", ".json", ".geff", ".zarr", ".npy", ".png", ".h5", ".svg")
_RESULT = re.compile(r"[0-9]+_RES", re.IGNORECASE)


def folder_meant(path: str) -> str | None:
    """The folder that a name means, or None if it means a file.

    A folder ends in a slash, or has the name of a result, ``02_RES``. napari may add the suffix of a file
    type after the slash: ``new/.ome.tif``.
    """
    if path.endswith(("/", "\\")) or _RESULT.fullmatch(Path(path).name):
        return path
    return str(Path(path).parent) if Path(path).name.startswith(".") else None


def with_suffix(path: str, *suffixes: str) -> str:
    """Add the first suffix if the name has none of them, since the dialog omits the one that was chosen.

    Raises DevolearnError if the name is that of a folder.
    """
    if path.endswith(("/", "\\")) or Path(path).name.startswith("."):
        raise DevolearnError(f"{path}: not the name of a file; give one that ends in {' or '.join(suffixes)}")
    return path if path.lower().endswith(suffixes) else f"{path}{suffixes[0]}"


def check_folder_name(path: str) -> None:
    """Raise DevolearnError if the name of a folder has the suffix of a file."""
    if Path(path).suffix.lower() in _FILES:
        raise DevolearnError(
            f"{path}: is the name of a file, but labels with tracks, and masks of the Cell Tracking "
            "Challenge, are saved as a folder; give a name such as 01_RES, or select only a Labels layer to "
            "save it as a file"
        )
