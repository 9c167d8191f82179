"""Which names are those of TIFF files."""

from __future__ import annotations

TIF_SUFFIXES = (".tif", ".tiff")
"""In lower case."""


def is_tif_name(name: str) -> bool:
    """Whether a file name ends as those of tif files do."""
    return name.lower().endswith(TIF_SUFFIXES)
