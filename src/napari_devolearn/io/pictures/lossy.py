"""Find files with JPEG compression, which changes pixels."""

from __future__ import annotations

from pathlib import Path

from napari_devolearn.io.core.border import reading
from napari_devolearn.io.core.tif_names import is_tif_name

_JPEG_START = b"\xff\xd8\xff"
_JPEG_IN_TIFF = (6, 7)
"""Values of the tag Compression: TIFF 6.0, section 22, and its Technical Note 2."""


def is_jpeg(path: Path) -> bool:
    """Whether a file is a JPEG, whatever its name, or a tif with JPEG compression."""
    with reading(path):
        with path.open("rb") as file:
            if file.read(len(_JPEG_START)) == _JPEG_START:
                return True
        if not is_tif_name(path.name):
            return False
        import tifffile

        with tifffile.TiffFile(path) as tif:
            return tif.pages.first.compression in _JPEG_IN_TIFF
