"""Validate a result folder against the rules of the Cell Tracking Challenge.

The rules are those of "Naming and file content conventions" and "Annotations and submissions format" on
https://celltrackingchallenge.net.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

import numpy as np

from napari_devolearn.exceptions import CTCFormatError, ImageFormatError
from napari_devolearn.io.core.gaps import frame_ranges
from napari_devolearn.io.core.image_file import ImageFile
from napari_devolearn.io.core.tif_names import is_tif_name
from napari_devolearn.io.ctc.ctc_result import TABLE
from napari_devolearn.io.ctc.layout import frame_files, raw_beside
from napari_devolearn.io.ctc.mask_volumes import image_beside
from napari_devolearn.io.ctc.names import FrameFile, parse_name
from napari_devolearn.io.ctc.split_labels import MAX_LABEL
from napari_devolearn.io.ctc.tracktable import mask_problems, parse_rows, table_problems
from napari_devolearn.io.tiff.tif import open_tif
from napari_devolearn.lineage.tracks import Presence, Track, Tracks, note_labels

Watch = Callable[[Sequence[FrameFile]], Iterable[FrameFile]]
"""Wraps the iteration over masks, as ``tqdm`` does."""

_NAME = re.compile(r"mask[0-9]{3,6}\.tif")  # more than 4 digits for long movies
_ROW = re.compile(r"[0-9]+ [0-9]+ [0-9]+ [0-9]+")


def validate_ctc(folder: Path | str, *, watch: Watch = iter) -> list[str]:
    """Check a result folder; one mask is in memory at a time.

    Parameters
    ----------
    folder : Path or str
        Such as ``01_RES``. If the images are next to it (``01``), frames and sizes must match.
    watch : callable, optional
        For progress: ``tqdm.tqdm`` or one like it.

    Returns
    -------
    list of str
        One entry per problem, with the file or track; empty if the result is valid.

    Raises
    ------
    CTCFormatError
        If it is not a folder.
    """
    folder = Path(folder)
    if not folder.is_dir():
        raise CTCFormatError(f"{folder}: not a folder; choose one with masks and {TABLE}, such as 01_RES")
    files = [file for file in map(parse_name, _tifs(folder)) if file and file.kind == "mask"]
    presence: Presence = {}
    problems = [*_name_problems(folder, files), *_frame_problems(folder, files)]
    problems += _mask_problems(watch(files), presence, image_beside(folder))
    return problems + _table_problems(folder / TABLE, presence, sorted({file.frame for file in files}))


def gap_problems(tracks: Tracks) -> list[str]:
    """Find tracks with a single child that follows immediately.

    A single child means a gap; a division has two.
    """
    ends = {row.label: row.end for row in tracks.rows}
    alone = set(tracks.gaps())
    return [
        f"track {row.label}: is the only child of {row.parent} and begins in the frame after it, which is "
        "neither a division nor a gap; join the two tracks"
        for row in tracks.rows
        if row.parent in alone and row.begin == ends[row.parent] + 1
    ]


def _tifs(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if is_tif_name(path.name))


def _name_problems(folder: Path, files: Sequence[FrameFile]) -> Iterator[str]:
    if not files:
        yield "no masks; name them mask000.tif, mask001.tif, .."
    for path in _tifs(folder):
        if not _NAME.fullmatch(path.name):
            yield f"{path.name}: wrong file name; masks are named 'mask', 3 or more digits, '.tif'"
    lengths = Counter(len(file.path.stem) for file in files)
    if len(lengths) > 1:
        usual = lengths.most_common(1)[0][0]
        for file in files:
            if len(file.path.stem) != usual:
                yield f"{file.path.name}: has another number of digits than the other masks"


def _frame_problems(folder: Path, files: Sequence[FrameFile]) -> Iterator[str]:
    counted = Counter(file.frame for file in files)
    if twice := [frame for frame, count in counted.items() if count > 1]:
        yield f"several masks for frames {frame_ranges(twice)}"
    raw = raw_beside(folder)
    images = {file.frame for file in frame_files(raw)["t"]} if raw else set()
    wanted = images or set(range(min(counted, default=0), max(counted, default=0)))
    if missing := wanted - counted.keys():
        yield f"no mask for frames {frame_ranges(missing)}"
    if raw and (more := counted.keys() - images):
        yield f"masks for frames {frame_ranges(more)}, for which {raw.name} has no image"


def _mask_problems(files: Iterable[FrameFile], presence: Presence, like: ImageFile | None) -> list[str]:
    """Read each mask, and record its labels in `presence`."""
    found, problems = {}, []
    for file in files:
        try:
            image = open_tif(file.path, volume=True)
            note_labels(presence, file.frame, np.asarray(image.read(0, 0)))
            found[file.path.name] = image
        except ImageFormatError as error:
            problems.append(f"{file.path.name}: {str(error).removeprefix(f'{file.path}: ')}")
    shapes = Counter(image.shape[1:] for image in found.values())
    usual = like.shape[1:] if like else shapes.most_common(1)[0][0] if shapes else ()
    for name, image in found.items():
        if image.dtype != np.uint16:
            problems.append(f"{name}: has type {image.dtype}; masks are uint16")
        if image.channels > 1:
            problems.append(f"{name}: has {image.channels} channels; masks have one")
        if image.shape[1:] != usual:
            whose = "the images are" if like else "the others are"
            problems.append(f"{name}: is {_size(image.shape[1:])} (Z x Y x X), {whose} {_size(usual)}")
    return problems


def _size(shape: Sequence[int]) -> str:
    return " x ".join(map(str, shape))


def _table_problems(path: Path, presence: Presence, frames: Sequence[int]) -> list[str]:
    if not path.is_file():
        return [f"no {TABLE}; write a row 'L B E P' for each track"]
    try:
        text = path.read_bytes().decode("ascii")
    except UnicodeDecodeError:
        return [f"{TABLE}: is not plain text (ASCII)"]
    rows, problems = parse_rows(text)
    problems += table_problems(rows)
    if not problems:
        tracks = Tracks(tuple(row for _, row in rows))
        where = {row.label: line for line, row in rows}
        problems += [*mask_problems(tracks, presence, frames, where), *gap_problems(tracks)]
    return [f"{TABLE}: {problem}" for problem in [*_form_problems(text, rows), *problems]]


def _form_problems(text: str, rows: Sequence[tuple[str, Track]]) -> Iterator[str]:
    """Deviations that this package accepts and others may not."""
    if not rows:
        yield "has no track"
    lines = text.splitlines()
    for number, line in enumerate(lines, start=1):
        if not line.strip() and number < len(lines):
            yield f"line {number}: is blank"
        elif len(line.split()) == 4 and not _ROW.fullmatch(line):
            yield f"line {number}: {line[:60]!r} is not four whole numbers separated by one space"
    for where, row in rows:
        if row.label > MAX_LABEL:
            yield f"{where}: label {row.label} is larger than {MAX_LABEL}"
