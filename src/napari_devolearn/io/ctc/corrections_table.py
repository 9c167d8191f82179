"""Manual corrections, stored as a table next to the track table."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple

from napari_devolearn.exceptions import CTCFormatError
from napari_devolearn.io.writing.atomic import atomic_text

TABLE = "corrections.csv"
"""Name of the table in a result folder."""

_HEADER = ("what", "number", "name")


class Corrected(NamedTuple):
    """Manual corrections.

    `edited`: corrected tracks, kept when the rest is linked again.
    `names`: names given by hand, by track.
    `painted`: frames whose voxels were changed.
    """

    edited: frozenset[int] = frozenset()
    names: dict[int, str] = {}  # noqa: RUF012 - never changed in place
    painted: frozenset[int] = frozenset()


def write_corrections_table(path: Path | str, corrected: Corrected, *, overwrite: bool = False) -> Path:
    """Write a table with the columns what ("edited", "named" or "painted"), number and name.

    `number` is a track, for "painted" a frame. Raises OutputExistsError or OutputError if the file exists or
    cannot be written.
    """
    path = Path(path)
    rows: list[tuple[str, int, str]] = [("edited", track, "") for track in sorted(corrected.edited)]
    rows += [("named", track, name) for track, name in sorted(corrected.names.items())]
    rows += [("painted", frame, "") for frame in sorted(corrected.painted)]
    with atomic_text(path, overwrite=overwrite) as file:
        csv.writer(file, lineterminator="\n").writerows([_HEADER, *rows])
    return path


def read_corrections_table(path: Path | str) -> Corrected:
    """Read what `write_corrections_table` wrote.

    Raises CTCFormatError if it is not such a table; the message names the wrong lines.
    """
    with Path(path).open(newline="", encoding="utf-8", errors="replace") as file:
        lines = list(csv.reader(file))
    found: dict[str, dict[int, str]] = {"edited": {}, "named": {}, "painted": {}}
    problems = [] if lines and tuple(lines[0]) == _HEADER else [f"line 1: is not {','.join(_HEADER)}"]
    for number, line in enumerate(lines[1:], start=2):
        if len(line) == len(_HEADER) and line[0] in found and line[1].isdecimal():
            found[line[0]][int(line[1])] = line[2]
        else:
            problems.append(f"line {number}: {','.join(line)!r} is no correction")
    if problems:
        raise CTCFormatError(f"{path}: {'; '.join(problems[:5])}; fix the table, or delete it")
    return Corrected(frozenset(found["edited"]), found["named"], frozenset(found["painted"]))
