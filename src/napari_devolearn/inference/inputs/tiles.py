"""Split a large plane into overlapping tiles, so that memory does not grow with the field of view."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

CORE = 1024
"""Edge of the part of a tile that is kept, in pixels."""

MARGIN = 256
"""Pixels around the core that the network gets as context; their output is discarded."""


@dataclass(frozen=True)
class Tile:
    """Where a tile is read, which part of its output is kept, and where that part is written."""

    read: tuple[slice, slice]
    keep: tuple[slice, slice]
    write: tuple[slice, slice]


def iter_tiles(
    shape: tuple[int, int], core: int = CORE, margin: int = MARGIN, whole: int = 0
) -> Iterator[Tile]:
    """Tiles whose cores cover a plane, of `shape` (Y, X), exactly once.

    A plane of up to `whole` pixels is one tile, and so is one of up to ``core + 2 * margin``.
    """
    if shape[0] * shape[1] <= whole:
        core = max(shape)
    rows, columns = (_cuts(length, core, margin) for length in shape)
    for read_y, keep_y, write_y in rows:
        for read_x, keep_x, write_x in columns:
            yield Tile((read_y, read_x), (keep_y, keep_x), (write_y, write_x))


def _cuts(length: int, core: int, margin: int) -> list[tuple[slice, slice, slice]]:
    if length <= core + 2 * margin:
        whole = slice(0, length)
        return [(whole, whole, whole)]
    cuts = []
    for start in range(0, length, core):
        end = min(start + core, length)
        first, last = max(0, start - margin), min(length, end + margin)
        cuts.append((slice(first, last), slice(start - first, end - first), slice(start, end)))
    return cuts
