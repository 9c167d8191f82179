"""The names that people give in napari's dialog for saving: with or without a suffix, files and folders."""

from __future__ import annotations

import re
from pathlib import Path

from napari_devolearn.exceptions import DevolearnError

_FILES = (".tif", ".tiff", ".csv", ".json", ".geff", ".zarr", ".npy", ".png", ".h5", ".svg")
_RESULT = re.compile(r"[0-9]+_RES", re.IGNORECASE)


def folder_meant(path: str) -> str | None:
    """The folder that a name means, whatever kind of file was chosen beside it.

    Parameters
    ----------
    path : str
        As napari gives it: for ``new/`` that may be ``new/.ome.tif``, a suffix put behind the slash.

    Returns
    -------
    str or None
        None for the name of a file. A folder ends in a slash, or is named as results are: ``02_RES``.
    """
    if path.endswith(("/", "\\")) or _RESULT.fullmatch(Path(path).name):
        return path
    return str(Path(path).parent) if Path(path).name.startswith(".") else None


def with_suffix(path: str, *suffixes: str) -> str:
    """A name with a suffix: the dialog leaves out that of the kind of file that was chosen.

    Parameters
    ----------
    path : str
    *suffixes : str
        In lower case; the first one is put behind a name that ends in none of them.

    Returns
    -------
    str

    Raises
    ------
    DevolearnError
        If the name is that of a folder.
    """
    if path.endswith(("/", "\\")) or Path(path).name.startswith("."):
        raise DevolearnError(f"{path}: is no name of a file; give one that ends in {' or '.join(suffixes)}")
    return path if path.lower().endswith(suffixes) else f"{path}{suffixes[0]}"


def check_folder_name(path: str) -> None:
    """Refuse the name of a file for a folder.

    Parameters
    ----------
    path : str

    Raises
    ------
    DevolearnError
        With the remedy.
    """
    if Path(path).suffix.lower() in _FILES:
        raise DevolearnError(
            f"{path}: is the name of a file, but labels with tracks, and masks of the Cell Tracking "
            "Challenge, are saved as a folder; give a name such as 01_RES, or select a Labels layer alone to "
            "save it as a file"
        )
