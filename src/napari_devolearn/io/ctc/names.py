"""File names of the Cell Tracking Challenge (CTC).

Source: "Naming and file content conventions",
https://public.celltrackingchallenge.net/documents/Naming%20and%20file%20content%20conventions.pdf
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import Literal, NamedTuple, cast

Kind = Literal["t", "man_track", "man_seg", "mask"]

_FRAME = re.compile(r"(t|man_track|man_seg|mask)([0-9]{3,6})\.tiff?", re.IGNORECASE)
_PLANE = re.compile(r"(man_seg)_([0-9]{3,6})_([0-9]{3,6})\.tiff?", re.IGNORECASE)
_MASK = re.compile(r"(man_track|man_seg_?|mask)[0-9].*\.tiff?", re.IGNORECASE)

_MISNAMED = re.compile(r"(?:t|man_track|man_seg|mask)_?\d+(?:_\d+)?\.tiff?", re.IGNORECASE)
"""Names like those of frames, with any digits."""


class FrameFile(NamedTuple):
    """A raw image ("t"), or a mask of one of three kinds, of one frame.

    `plane` is the index along Z if the file is only one plane, as ``man_seg_005_012.tif``.
    """

    path: Path
    kind: Kind
    frame: int
    plane: int | None = None


def parse_name(path: Path) -> FrameFile | None:
    """Parse a CTC file name; None if it is not one."""
    match = _FRAME.fullmatch(path.name) or _PLANE.fullmatch(path.name)
    if match is None:
        return None
    kind, *numbers = match.groups()
    return FrameFile(path, cast("Kind", kind.lower()), *map(int, numbers))


def is_misnamed(name: str) -> bool:
    """Whether a file name is like that of a frame, but has too few, too many or other digits: ``t5.tif``."""
    return _MISNAMED.fullmatch(name) is not None and parse_name(Path(name)) is None


def is_mask_name(name: str) -> bool:
    """Whether a file name has the prefix of a mask; such a file opens as labels."""
    return _MASK.fullmatch(name) is not None


def is_table_name(name: str) -> bool:
    """Whether this is the name of a track table, of the truth or of a result."""
    return name.lower() in ("man_track.txt", "res_track.txt")


def layer_name(path: Path) -> str:
    """Name of a file in a layer list: without ``.tif`` or ``.ome.tif``.

    Bytes that are not UTF-8 become a replacement character, so that the name can be shown and written.
    """
    name = os.fsencode(path.stem).decode("utf-8", "replace")
    return name[:-4] if name.lower().endswith(".ome") else name


def natural_key(path: Path) -> list[tuple[int, str]]:
    """Sort key that puts ``s9.tif`` before ``s10.tif``."""
    parts = re.split(r"([0-9]+)", str(path).lower())
    return [(int(part), "") if index % 2 else (-1, part) for index, part in enumerate(parts)]
