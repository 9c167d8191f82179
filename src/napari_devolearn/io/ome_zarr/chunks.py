"""Find missing and truncated chunks of a Zarr array.

In Zarr a missing chunk is valid and reads as the fill value, so an incomplete copy looks like an image with
black parts. The two cannot be distinguished, so a warning names missing chunks.
"""

from __future__ import annotations

import math
import os
import re
import struct
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from napari_devolearn.exceptions import ImageFormatError

Coordinates = tuple[int, ...]

_BLOSC_HEADER = 16  # bytes; the last four are the compressed size
_KEY = re.compile(r"(?:c[./])?([0-9]+(?:[./][0-9]+)*)")


class ChunkFiles:
    """The files of a zarr.Array in its local folder; a file is a chunk, or a shard of several.

    `shape`: shape of the array.
    `step`: shape of a file.
    `grid`: number of files along each axis.
    `count`: number of files, if none is missing.
    `key`: from coordinates in the grid to the name of the file.
    """

    def __init__(self, folder: Path, array: Any) -> None:
        self.folder, self.key = folder, array.metadata.encode_chunk_key
        self.shape: Coordinates = tuple(array.shape)
        self.step: Coordinates = tuple(array.shards or array.chunks)
        self.grid = tuple(-(-length // step) for length, step in zip(self.shape, self.step, strict=True))
        self.count = math.prod(self.grid)
        codecs = array.compressors
        # the decoder of Blosc reads past the end of a truncated frame
        self._blosc = not array.shards and bool(codecs) and type(codecs[-1]).__name__.startswith("Blosc")

    def present(self) -> tuple[set[Coordinates], int]:
        """Coordinates of existing files, and the number of files with other names or outside the array."""
        found, others = set(), 0
        for name in _files(self.folder):
            match = _KEY.fullmatch(name)
            if match is None:
                continue
            place = tuple(map(int, re.split("[./]", match[1])))
            inside = len(place) == len(self.grid) and all(
                a < b for a, b in zip(place, self.grid, strict=True)
            )
            if inside and self.key(place) == name:
                found.add(place)
            else:
                others += 1
        return found, others

    def check(self, index: Sequence[int | slice]) -> None:
        """Raise ImageFormatError if a file is truncated in a part of the array; a slice is the whole axis."""
        ranges = [
            range(count) if isinstance(one, slice) else range(one // step, one // step + 1)
            for one, count, step in zip(index, self.grid, self.step, strict=True)
        ]
        for place in product(*ranges):
            self._check_file(self.folder / self.key(place))

    def _check_file(self, path: Path) -> None:
        try:
            size = path.stat().st_size
        except FileNotFoundError:
            return
        promised = size
        if self._blosc and size >= _BLOSC_HEADER:
            with path.open("rb") as file:
                promised = struct.unpack_from("<I", file.read(_BLOSC_HEADER), _BLOSC_HEADER - 4)[0]
        if size == 0 or size != promised:
            whole = f" of {promised}" if size else ""
            raise ImageFormatError(f"{path}: truncated chunk, {size}{whole} bytes; copy it again")


def _files(folder: Path, before: str = "") -> Iterator[str]:
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=True):
                yield from _files(Path(entry.path), f"{before}{entry.name}/")
            else:
                yield before + entry.name
