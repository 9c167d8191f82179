"""Whether a file is a tif at all, and whether all its pages are there.

tifffile takes a stack that was cut off for one with fewer pages, and reads zeros where a download
stopped; walking the chain of page headers (IFDs, TIFF 6.0 section 2; BigTIFF) finds both and costs
some 20 us a file.
"""

from __future__ import annotations

import os
import struct
from pathlib import Path
from typing import BinaryIO, NamedTuple

from napari_devolearn.exceptions import ImageFormatError

_ORDERS = {b"II": "<", b"MM": ">"}
_BYTES = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8)
"""In one value of each field type, by its number: 1 = BYTE, 2 = ASCII, 3 = SHORT .."""


class _Layout(NamedTuple):
    """Forms for `struct`: number of entries, an entry, an offset."""

    entries: str
    entry: str
    offset: str


def check_pages(path: Path) -> None:
    """Walk the chain of page headers to its end.

    Parameters
    ----------
    path : Path

    Raises
    ------
    ImageFormatError
        If the file is empty, no tif, or cut off.
    OSError
        If it cannot be opened.
    """
    with path.open("rb") as file:
        size = os.fstat(file.fileno()).st_size
        if size == 0:
            raise ImageFormatError(f"{path}: is empty (0 bytes); copy it again")
        layout, offset = _start(path, file)
        if _end_of_values(file, layout, offset) > size:
            raise ImageFormatError(f"{path}: is cut off within its metadata; copy it again or save it anew")
        seen: set[int] = set()
        while offset:
            following = _next(file, layout, offset) if offset not in seen else None
            if following is None:
                pages = f"after {len(seen)} pages" if seen else "before its first page"
                raise ImageFormatError(
                    f"{path}: is cut off or damaged {pages}; copy it again or save it anew"
                )
            seen.add(offset)
            offset = following


def _start(path: Path, file: BinaryIO) -> tuple[_Layout, int]:
    header = file.read(16).ljust(16, b"\0")
    order = _ORDERS.get(header[:2], "")
    version = struct.unpack(f"{order}H", header[2:4])[0] if order else 0
    if version not in (42, 43):
        raise ImageFormatError(f"{path}: is not a TIFF file, whatever its name says; save the image as TIFF")
    letters = ("H", "HHII", "I") if version == 42 else ("Q", "HHQQ", "Q")
    layout = _Layout(*(order + letter for letter in letters))
    first = header[4:8] if version == 42 else header[8:16]
    offset: int = struct.unpack(layout.offset, first)[0]
    if not offset:
        raise ImageFormatError(f"{path}: is a TIFF file without a page; copy it again or save it anew")
    return layout, offset


def _next(file: BinaryIO, layout: _Layout, offset: int) -> int | None:
    """Offset of the page header after this one, 0 after the last; None where there is no header."""
    entries = _number(file, layout.entries, offset)
    if not entries:
        return None
    end = offset + struct.calcsize(layout.entries) + entries * struct.calcsize(layout.entry)
    return _number(file, layout.offset, end)


def _end_of_values(file: BinaryIO, layout: _Layout, offset: int) -> int:
    """Where the last value ends that a page header keeps elsewhere, such as OME-XML."""
    entries = min(_number(file, layout.entries, offset) or 0, 65535)  # a damaged one may be huge
    size = struct.calcsize(layout.entry)
    data = file.read(entries * size)
    ends = [0]
    for _, kind, count, place in struct.iter_unpack(layout.entry, data[: len(data) // size * size]):
        length = count * (_BYTES[kind] if kind < len(_BYTES) else 0)
        if length > struct.calcsize(layout.offset):
            ends.append(place + length)
    return max(ends)


def _number(file: BinaryIO, form: str, offset: int) -> int | None:
    file.seek(offset)
    data = file.read(struct.calcsize(form))
    return struct.unpack(form, data)[0] if len(data) == struct.calcsize(form) else None
