"""Track tables of the Cell Tracking Challenge: rows ``L B E P``."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np

from napari_devolearn.exceptions import CTCFormatError
from napari_devolearn.io.core.border import reading
from napari_devolearn.io.core.gaps import frame_ranges
from napari_devolearn.io.core.stack import Stack
from napari_devolearn.io.writing.atomic import atomic_file
from napari_devolearn.lineage.tracks import Presence, Track, Tracks, note_labels

_WHOLE_NUMBER = re.compile(r"[+-]?[0-9]+")


def read_tracks(path: Path | str, masks: Stack | None = None) -> Tracks:
    """Read and check a track table, ``man_track.txt`` or ``res_track.txt``.

    Parameters
    ----------
    path : Path or str
        Text file; each line has label, first frame, last frame and parent, as whole
        numbers. An empty file is a table without tracks.
    masks : Stack, optional
        The masks of the table, read frame by frame and compared with it if the table itself has no errors.

    Returns
    -------
    Tracks
        In the order of the file.

    Raises
    ------
    CTCFormatError
        If a row breaks the format, or contradicts another row or the masks; the message names all problems
        with their lines.
    """
    path = Path(path)
    rows, problems = parse_rows(_text(path))
    problems += table_problems(rows)
    tracks = Tracks(tuple(row for _, row in rows))
    if masks is not None and not problems:
        presence: Presence = {}
        masks = masks.without_missing()
        for index, number in enumerate(masks.frames):
            note_labels(presence, number, np.asarray(masks.data[index]))
        problems = mask_problems(tracks, presence, masks.frames, {row.label: at for at, row in rows})
    if problems:
        raise CTCFormatError(f"{path}: {'; '.join(problems)}; fix the table")
    return tracks


def write_tracks(path: Path | str, tracks: Tracks, *, overwrite: bool = False) -> Path:
    """Write a track table, by convention ``res_track.txt``, completely or not at all.

    Raises CTCFormatError if the tracks contradict each other; the message names all contradictions;
    OutputExistsError or OutputError if the file exists or cannot be written.
    """
    path = Path(path)
    if problems := track_problems(tracks):
        raise CTCFormatError(f"{path}: not written: {'; '.join(problems)}; fix the tracks")
    with atomic_file(path, overwrite=overwrite) as stage:
        stage.write_text("".join("{} {} {} {}\n".format(*row) for row in tracks.rows), newline="\n")
    return path


def table_problems(rows: Sequence[tuple[str, Track]]) -> list[str]:
    """Find errors in a table by itself; each row has a name, such as "line 7", for the messages."""
    by_label = {row.label: row for _, row in rows}
    seen: set[int] = set()
    problems = []
    for where, row in rows:
        problems += [f"{where}: {problem}" for problem in _row_problems(row, seen, by_label)]
        seen.add(row.label)
    return problems + list(_cycles(by_label))


def track_problems(tracks: Tracks) -> list[str]:
    """Find contradictions between tracks, as `table_problems`, each named as "track 7"."""
    return table_problems([(f"track {row.label}", row) for row in tracks.rows])


def mask_problems(
    tracks: Tracks, presence: Presence, frames: Sequence[int], where: Mapping[int, str] | None = None
) -> list[str]:
    """Find contradictions between a table, valid by itself, and its masks; one entry per problem.

    `presence` has the frames of each label in the masks, `frames` the numbers of all frames that have a mask,
    `where` the name of the row of a label, by default "track 7".
    """
    problems = []
    for row in tracks.rows:
        name = where[row.label] if where else f"track {row.label}"
        # frames in between may be missing, but not the first and last one
        span = {number for number in frames if row.begin <= number <= row.end} | {row.begin, row.end}
        found = set(presence.get(row.label, ()))
        if missing := span - found:
            problems.append(f"{name}: label {row.label} is not in the mask of {_numbers(missing)}")
        if stray := found - span:
            problems.append(f"{name}: label {row.label} is in the mask of {_numbers(stray)} too")
    rows = {row.label for row in tracks.rows}
    return problems + [
        f"label {label} in the mask of {_numbers(presence[label])} has no row"
        for label in sorted(presence.keys() - rows)
    ]


def _text(path: Path) -> str:
    with reading(path, kind=CTCFormatError):
        data = path.read_bytes()
    encoding = "utf-16" if data.startswith((b"\xff\xfe", b"\xfe\xff")) else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise CTCFormatError(
            f"{path}: is not a text file; a track table has lines of four whole numbers"
        ) from error


def parse_rows(text: str) -> tuple[list[tuple[str, Track]], list[str]]:
    """Parse the rows of a table, each named as "line 7"; and list a problem for each line that is no row."""
    rows, problems = [], []
    for number, line in enumerate(text.splitlines(), start=1):
        words = line.split()
        if len(words) == 4 and all(map(_WHOLE_NUMBER.fullmatch, words)):
            rows.append((f"line {number}", Track(*map(int, words))))
        elif words:
            problems.append(f"line {number}: {line.strip()[:60]!r} is not four whole numbers 'L B E P'")
    return rows, problems


def _row_problems(row: Track, seen: set[int], by_label: Mapping[int, Track]) -> Iterator[str]:
    if row.label < 1:
        yield f"label {row.label} is not 1 or more"
    if row.label in seen:
        yield f"label {row.label} has two rows"
    if row.begin < 0:
        yield f"first frame {row.begin} is negative"
    if row.end < row.begin:
        yield f"last frame {row.end} is before the first, {row.begin}"
    if row.parent == 0:
        return
    if row.parent == row.label:
        yield f"label {row.label} is its own parent"
    elif row.parent not in by_label:
        yield f"parent {row.parent} has no row"
    elif (end := by_label[row.parent].end) >= row.begin:
        yield f"parent {row.parent} ends at frame {end}, not before frame {row.begin}"


def _cycles(by_label: Mapping[int, Track]) -> Iterator[str]:
    done: set[int] = set()
    for start in by_label:
        path: list[int] = []
        label = start
        while label in by_label and label not in done:
            done.add(label)
            path.append(label)
            label = by_label[label].parent
        if label in path[:-1]:
            cycle = [*path[path.index(label) :], label]
            yield f"labels {' < '.join(map(str, cycle))} are each other's parents"


def _numbers(frames: Iterable[int]) -> str:
    """Frame numbers for a message: "frames 3-5, 9"."""
    text = frame_ranges(frames)
    return f"frame{'s' if ',' in text or '-' in text else ''} {text}"
