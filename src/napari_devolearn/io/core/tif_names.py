"""Recognise names of TIFF files, and of labels among them."""

from __future__ import annotations

import re

WRITTEN_SUFFIXES = (".tif", ".tiff")
"""Of files that are written, in lower case."""

TIF_SUFFIXES = (*WRITTEN_SUFFIXES, ".lsm", ".stk", ".btf")
"""Of files that are read, in lower case: also of Zeiss LSM, MetaMorph and BigTIFF, which are TIFF files."""

_LABELS = re.compile(
    r"(?:^|[_\-. ])(?:masks?|labels?|seg|segmentation|man_track)(?:[_\-. ]|[0-9]*(?:\.ome)?\.tiff?$)",
    re.IGNORECASE,
)
"""A word of a name, as in ``a_cp_masks.tif`` of Cellpose, ``a_seg.tif``, ``man_seg005.tif``."""


def is_tif_name(name: str) -> bool:
    """Whether a file name has a TIFF suffix, and is not one of macOS: ``._a.tif`` has attributes of a.tif."""
    return name.lower().endswith(TIF_SUFFIXES) and not name.startswith("._")


def is_labels_name(name: str) -> bool:
    """Whether a file name is one of labels."""
    return _LABELS.search(name) is not None
