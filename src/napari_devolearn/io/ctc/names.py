"""The file names of the Cell Tracking Challenge (CTC).

The grammar is that of "Naming and file content conventions",
https://public.celltrackingchallenge.net/documents/Naming%20and%20file%20content%20conventions.pdf
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal, NamedTuple, cast

Kind = Literal["t", "man_track", "man_seg", "mask"]

TRACK_TABLES = ("man_track.txt", "res_track.txt")
"""Names of track tables: of the truth and of a result."""

_FRAME = re.compile(r"(t|man_track|man_seg|mask)([0-9]{3,6})\.tiff?", re.IGNORECASE)
_PLANE = re.compile(r"(man_seg)_([0-9]{3,6})_([0-9]{3,6})\.tiff?", re.IGNORECASE)
_MASK = re.compile(r"(man_track|man_seg_?|mask)[0-9].*\.tiff?", re.IGNORECASE)


class FrameFile(NamedTuple):
    """A file that holds one frame, or one plane of it.

    Parameters
    ----------
    path : Path
    kind : {"t", "man_track", "man_seg", "mask"}
        How the name begins: a raw image, or a mask of one of three kinds.
    frame : int
        Number of the time point.
    plane : int or None
        Index along Z of the only plane, in masks such as ``man_seg_005_012.tif``.
    """

    path: Path
    kind: Kind
    frame: int
    plane: int | None = None


def parse_name(path: Path) -> FrameFile | None:
    """Read a CTC file name.

    Parameters
    ----------
    path : Path
        Only its name is looked at.

    Returns
    -------
    FrameFile or None
        None if the name is not in the grammar.
    """
    match = _FRAME.fullmatch(path.name) or _PLANE.fullmatch(path.name)
    if match is None:
        return None
    kind, frame, *plane = match.groups()
    return FrameFile(path, cast("Kind", kind.lower()), int(frame), int(plane[0]) if plane else None)


def is_mask_name(name: str) -> bool:
    """Whether a file name begins as those of masks do; such a file opens as labels."""
    return _MASK.fullmatch(name) is not None


def is_table_name(name: str) -> bool:
    """Whether this is the name of a track table."""
    return name.lower() in TRACK_TABLES


def layer_name(path: Path) -> str:
    """What to call a file in a layer list: its name without ``.tif`` or ``.ome.tif``.

    Bytes of a name that are no UTF-8 become a replacement character, so that it can be shown and written.
    """
    return os.fsencode(path.stem).decode("utf-8", "replace").removesuffix(".ome")


def natural_key(path: Path) -> list[tuple[int, str]]:
    """Sort key under which ``s9.tif`` comes before ``s10.tif``.

    Parameters
    ----------
    path : Path

    Returns
    -------
    list of (int, str)
    """
    parts = re.split(r"([0-9]+)", str(path).lower())
    return [(int(part), "") if index % 2 else (-1, part) for index, part in enumerate(parts)]
