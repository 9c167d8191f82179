"""Index of a prepared folder: one row per image and mask, checked before training.

::

    DATA/
        index.csv    file, t, z, height, width, voxel_z, voxel_y, voxel_x, n_instances, foreground, split
        images/      NAME_t023_z011.png, 8 or 16 bit greyscale
        masks/       the same names, 0 = background, 65535 = unknown, else the instance's ID
"""

from __future__ import annotations

import csv
import dataclasses
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

from napari_devolearn._types import VoxelSize
from napari_devolearn.exceptions import DatasetError, refuse
from napari_devolearn.io.core.border import reading

Split = Literal["train", "held_out"]

INDEX, IMAGES, MASKS = "index.csv", "images", "masks"

UNKNOWN = 65535
"""Value in a mask for unannotated pixels, which are neither learnt nor scored."""

_SLICE = re.compile(r"(?P<name>.*?)_?t(?P<t>[0-9]+)_z(?P<z>[0-9]+)", re.IGNORECASE)
_MAX_LISTED = 5


@dataclass(frozen=True, kw_only=True)
class Pair:
    """One slice and its mask.

    `file`: name in ``images/`` and in ``masks/``; slices of one volume differ only in ``_zNNN``.
    `t, z`: time point, and index of the slice.
    `height, width`: pixels.
    `voxel_z, voxel_y, voxel_x`: edges of a voxel, in um.
    `n_instances, foreground`: number of IDs in the mask, and of pixels with these IDs.
    `split`: held-out slices are only evaluated, never trained on.
    Raises DatasetError if a value is invalid.
    """

    file: str
    t: int
    z: int
    height: int
    width: int
    voxel_z: float
    voxel_y: float
    voxel_x: float
    n_instances: int
    foreground: int
    split: Split

    def __post_init__(self) -> None:
        sizes = (self.height, self.width, *self.voxel_size)
        checks = (
            (
                Path(self.file).name != self.file or not self.file,
                f"file {self.file!r} is not a plain file name",
            ),
            (not all(0 < size < float("inf") for size in sizes), f"a size of {sizes} is not above 0"),
            (min(self.n_instances, self.foreground) < 0, "a count is below 0"),
            (self.split not in get_args(Split), f"split {self.split!r} is not one of {get_args(Split)}"),
        )
        refuse(self.file, checks, DatasetError)

    @property
    def voxel_size(self) -> VoxelSize:
        """(Z, Y, X) in um."""
        return self.voxel_z, self.voxel_y, self.voxel_x

    @property
    def volume(self) -> tuple[str, int]:
        """Name and time point, common to all slices of one volume."""
        slice_ = parse_slice_name(Path(self.file).stem)
        return (slice_[0] if slice_ else self.file), self.t


def slice_name(name: str, t: int, z: int) -> str:
    """File name of a slice, such as ``NAME_t023_z011.png``."""
    return f"{name}_t{t:03d}_z{z:03d}.png"


def parse_slice_name(stem: str) -> tuple[str, int, int] | None:
    """Name, time point and slice from a file name without its suffix; None if it has another form."""
    match = _SLICE.fullmatch(stem)
    return (match["name"], int(match["t"]), int(match["z"])) if match else None


def write_pairs(path: Path, pairs: Iterable[Pair]) -> None:
    """Write the index to a file, usually ``index.csv``."""
    with path.open("w", newline="", encoding="utf-8") as lines:
        writer = csv.DictWriter(lines, [field.name for field in dataclasses.fields(Pair)])
        writer.writeheader()
        writer.writerows(dataclasses.asdict(pair) for pair in pairs)


def read_pairs(folder: Path) -> list[Pair]:
    """Read the index of a folder from ``napari-devolearn prepare`` and check every listed file.

    Raises DatasetError if there is no index, or rows do not match the files; the message lists the problems.
    """
    index = folder / INDEX
    if not index.is_file():
        raise DatasetError(f"{index}: not found; give a folder written by 'napari-devolearn prepare'")
    pairs, problems = _read_rows(index)
    twice = [file for file, count in Counter(pair.file for pair in pairs).items() if count > 1]
    problems += [f"{file}: listed twice" for file in twice]
    for pair in pairs:
        problems += _file_problems(folder, pair)
    if not (pairs or problems):
        problems = ["no files listed"]
    if problems:
        raise DatasetError(f"{index}: {join_some(problems, '; ')}; prepare the folder again")
    return pairs


def join_some(problems: Sequence[str], between: str = ", ") -> str:
    """Join the first few items for a message of one line, and count the rest."""
    more = len(problems) - _MAX_LISTED
    return between.join(problems[:_MAX_LISTED]) + (f"{between}and {more} more" if more > 0 else "")


def _read_rows(index: Path) -> tuple[list[Pair], list[str]]:
    types = {"int": int, "float": float}
    columns = {field.name: types.get(str(field.type), str) for field in dataclasses.fields(Pair)}
    with (
        reading(index, kind=DatasetError, remedy="prepare the folder again"),
        index.open(newline="", encoding="utf-8") as lines,
    ):
        reader = csv.DictReader(lines)
        if missing := columns.keys() - set(reader.fieldnames or ()):
            return [], [f"missing columns {', '.join(sorted(missing))}"]
        rows = list(reader)
    pairs, problems = [], []
    for line, row in enumerate(rows, start=2):
        try:
            pairs.append(Pair(**{name: kind(row[name]) for name, kind in columns.items()}))
        except (TypeError, ValueError) as error:
            problems.append(f"line {line}: {error}")
    return pairs, problems


def _file_problems(folder: Path, pair: Pair) -> Iterator[str]:
    from PIL import Image

    for kind in (IMAGES, MASKS):
        try:
            with Image.open(folder / kind / pair.file) as picture:
                size = picture.height, picture.width
        except FileNotFoundError:
            yield f"{kind}/{pair.file}: missing"
        except Exception:  # noqa: BLE001 - decoders raise many kinds of errors
            yield f"{kind}/{pair.file}: cannot be read"
        else:
            if size != (pair.height, pair.width):
                yield f"{kind}/{pair.file}: {size[0]} x {size[1]} pixels, not {pair.height} x {pair.width}"
