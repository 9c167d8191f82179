"""Layout of a Cell Tracking Challenge (CTC) data set, from folder and file names.

::

    Fluo-N3DH-CE/              root
        01/                    sequence: t000.tif ..
        01_GT/TRA/             gold truth: man_track000.tif .., man_track.txt
        01_GT/SEG/             gold truth: man_seg000.tif .., or planes man_seg_000_012.tif
        01_ST/SEG/             silver truth: man_seg000.tif ..
        01_ERR_SEG/, 01_RES/   results: mask000.tif .., res_track.txt
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from napari_devolearn.exceptions import warn_caller
from napari_devolearn.io.core.tif_names import is_tif_name
from napari_devolearn.io.ctc.names import (
    FrameFile,
    Kind,
    is_misnamed,
    is_table_name,
    natural_key,
    parse_name,
)

_SEQUENCE = re.compile(r"[0-9]{2,}")
_BESIDE = re.compile(r"([0-9]{2,})_[A-Z_]+", re.IGNORECASE)
_TRUTH = re.compile(r"([0-9]{2,})_(GT|ST)", re.IGNORECASE)


class Sequence(NamedTuple):
    """Folders of a sequence: of its images, if there are any, and of masks, by "TRA", "SEG" and "ST"."""

    raw: Path | None
    truth: dict[str, Path]


def frame_files(folder: Path) -> dict[Kind, list[FrameFile]]:
    """List the frames in a folder by kind, sorted by frame, then by plane; other files are ignored."""
    found: dict[Kind, list[FrameFile]] = {}
    for file in _frames(folder):
        found.setdefault(file.kind, []).append(file)
    for files in found.values():
        files.sort(key=lambda file: (file.frame, -1 if file.plane is None else file.plane, file.path.name))
    return found


def tifs_in(folder: Path) -> list[Path]:
    """The tif files of a folder, by their names, in natural order."""
    found = [path for path in folder.iterdir() if is_tif_name(path.name)] if folder.is_dir() else []
    return sorted(found, key=natural_key)


def warn_of_misnamed(folder: Path) -> None:
    """Warn if files in a folder of frames are left out: for the digits of their names, or as broken links."""
    names = [entry.name for entry in _entries(folder) if is_misnamed(entry.name)]
    _warn_of_omitted(
        folder, names, "frame numbers need three to six digits; rename them, as in t005.tif or mask005.tif"
    )
    links = [
        path.name
        for entry in _entries(folder)
        if (path := Path(entry.path)).is_symlink() and not path.exists() and parse_name(path)
    ]
    _warn_of_omitted(folder, links, "the link leads to no file; fix it, or copy the file itself")


def _warn_of_omitted(folder: Path, names: list[str], why: str) -> None:
    if names:
        others = f" and {len(names) - 1} more" if names[1:] else ""
        warn_caller(f"{folder}: left out {min(names)}{others}: {why}")


def holds_raw(folder: Path) -> bool:
    """Whether a folder has images of a sequence."""
    return any(file.kind == "t" for file in _frames(folder))


def holds_masks(folder: Path) -> bool:
    """Whether a folder has masks."""
    return any(file.kind != "t" for file in _frames(folder))


def mask_folders(folder: Path) -> list[Path]:
    """Folders with masks: ``01_GT/TRA`` itself, or ``TRA`` and ``SEG`` inside ``01_GT``."""
    inside = {path.name.upper(): path for path in _folders(folder)}
    candidates = [folder, *(inside[name] for name in ("TRA", "SEG") if name in inside)]
    return [path for path in candidates if holds_masks(path)]


def sequences(root: Path) -> list[Sequence]:
    """List the sequences ``01``, .. of a data set by number, each with its ground truth."""
    raw = {path.name: path for path in _folders(root) if _SEQUENCE.fullmatch(path.name) and holds_raw(path)}
    truth: dict[str, dict[str, Path]] = {}
    for folder in _folders(root):
        if match := _TRUTH.fullmatch(folder.name):
            number, kind = match[1], match[2].upper()
            for masks in mask_folders(folder):
                truth.setdefault(number, {})["ST" if kind == "ST" else _key(masks)] = masks
    return [Sequence(raw.get(number), truth.get(number, {})) for number in sorted(raw.keys() | truth.keys())]


def truth_beside(raw: Path) -> dict[str, Path]:
    """Find the ground truth of a sequence such as ``Fluo-N3DH-CE/01``; keys among "TRA", "SEG" and "ST"."""
    raw = raw.absolute()
    return next((found.truth for found in sequences(raw.parent) if found.raw == raw), {})


def raw_beside(masks: Path) -> Path | None:
    """Find the images of masks: ``Fluo-N3DH-CE/01`` for ``Fluo-N3DH-CE/01_GT/SEG``; None if missing."""
    masks = masks.absolute()
    for folder in (masks, masks.parent):
        if match := _BESIDE.fullmatch(folder.name):
            raw = folder.parent / match[1]
            return raw if holds_raw(raw) else None
    return None


def track_table(folder: Path) -> Path | None:
    """Find the track table of a folder of masks."""
    return next((Path(entry.path) for entry in _entries(folder) if is_table_name(entry.name)), None)


def is_ctc(folder: Path) -> bool:
    """Whether a folder is a sequence, masks, ``01_GT``, ``01_ST`` or the root of a data set."""
    return holds_raw(folder) or bool(mask_folders(folder)) or bool(sequences(folder))


def _key(masks: Path) -> str:
    return "TRA" if any(file.kind == "man_track" for file in _frames(masks)) else "SEG"


def _frames(folder: Path) -> Iterator[FrameFile]:
    for entry in _entries(folder):
        if (file := parse_name(Path(entry.path))) and Path(entry.path).is_file():
            yield file


def _folders(folder: Path) -> list[Path]:
    # DirEntry.is_dir raises for a link to itself
    return sorted(path for entry in _entries(folder) if (path := Path(entry.path)).is_dir())


def _entries(folder: Path) -> Iterator[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as entries:
            yield from entries
    except OSError:  # missing, not a folder or no permission: opening it gives the error
        return
