"""Values of the tags of many page headers (IFDs) at once."""

from __future__ import annotations

import struct
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

_BYTES = (0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4, 0, 0, 8, 8, 8)
"""In one value of each field type, by its number: 1 = BYTE, 2 = ASCII, 3 = SHORT .."""


class Layout(NamedTuple):
    """Forms for `struct`: number of entries, an entry, an offset; and the same for NumPy."""

    order: str
    entries: str
    entry: str
    offset: str

    @property
    def around(self) -> int:
        """Bytes of a page header besides its entries."""
        return struct.calcsize(self.entries) + struct.calcsize(self.offset)

    @property
    def dtype(self) -> np.dtype[np.void]:
        """Of an entry."""
        wide = self.offset[-1] == "Q"
        count, value = ("u8", "V8") if wide else ("u4", "V4")
        fields = [("code", f"{self.order}u2"), ("type", f"{self.order}u2"), ("count", f"{self.order}{count}")]
        return np.dtype([*fields, ("value", value)])


class Tags:
    """Values of tags, page by page; 0 if a page does not have the tag or stores its value elsewhere."""

    def __init__(self, blocks: list[bytes], layout: Layout) -> None:
        lengths = np.array([len(block) for block in blocks])
        self._count, self._order = len(blocks), layout.order
        self._groups = []
        for length in set(lengths.tolist()):
            index = np.flatnonzero(lengths == length)
            entries = np.frombuffer(b"".join(blocks[k] for k in index), layout.dtype).reshape(len(index), -1)
            self._groups.append((index, entries["code"], _inline(entries, layout), entries))

    def value(self, code: int) -> npt.NDArray[np.int64]:
        """Values of a tag, one for each page."""
        found = np.zeros(self._count, np.int64)
        for index, codes, values, _ in self._groups:
            found[index] = np.where(codes == code, values, 0).max(axis=1, initial=0)
        return found

    def elsewhere(self, *, first: bool = False) -> npt.NDArray[np.int64]:
        """Start and end of values stored elsewhere, such as OME-XML, (N, 2); or of the first page only."""
        found = [np.zeros((1, 2), np.int64)]
        for index, _, _, entries in self._groups:
            some = entries[index == 0] if first else entries
            sizes = np.array(_BYTES)[np.minimum(some["type"], len(_BYTES) - 1)]
            lengths = some["count"].astype(np.int64) * sizes
            raw = np.ascontiguousarray(some["value"])
            wide = raw.dtype.itemsize
            places = raw.view(f"{self._order}u{wide}").astype(np.int64).reshape(lengths.shape)
            outside = lengths > wide
            found.append(np.stack([places[outside], (places + lengths)[outside]], axis=1))
        return np.concatenate(found)


def _inline(entries: npt.NDArray[np.void], layout: Layout) -> npt.NDArray[np.int64]:
    """Values stored in the entries, (page, entry)."""
    raw = np.ascontiguousarray(entries["value"])
    wide = raw.dtype.itemsize
    parts = {
        3: raw.view(f"{layout.order}u2").reshape(*raw.shape, -1)[..., 0],
        4: raw.view(f"{layout.order}u4").reshape(*raw.shape, -1)[..., 0],
        16: raw.view(f"{layout.order}u{wide}").reshape(raw.shape),
    }
    values = np.zeros(raw.shape, np.int64)
    for kind, part in parts.items():
        fits = (entries["type"] == kind) & (entries["count"].astype(np.int64) * _BYTES[kind] <= wide)
        values[fits] = part[fits].astype(np.int64)  # damaged ones may become negative: wrong either way
    return values
