"""Write beside the target, then rename: a result is whole or not there."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from napari_devolearn.exceptions import DevolearnError, OutputError, OutputExistsError
from napari_devolearn.io.writing.partial import PARTIAL, partial_name, sweep_once

_NO_PERMISSION = "no permission to write there; choose a folder of your own"
_NO_FOLDER = "a part of this path is a file, not a folder; choose another folder"
_REMEDIES = {
    errno.ENOSPC: "the disk is full; free some space or choose another disk",
    errno.EDQUOT: "your quota on this disk is used up; free some space or choose another disk",
    errno.EROFS: "the disk is read-only; choose another folder",
    errno.EACCES: _NO_PERMISSION,
    errno.EPERM: _NO_PERMISSION,
    errno.ENOTDIR: _NO_FOLDER,
    errno.EEXIST: _NO_FOLDER,
    errno.ENAMETOOLONG: "the name is too long; choose a shorter one",
    errno.EILSEQ: "this disk takes no such name; choose one of plain letters",
    errno.EINVAL: "this disk takes no such name; choose one of plain letters",
    errno.ENOENT: "no folder can be made there; choose another folder",
}


@contextmanager
def atomic_file(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Give a free name in the target's folder; what is written there becomes the target.

    Parameters
    ----------
    path : Path
        The target. Missing parent folders are made.
    overwrite : bool
        Replace a file that lies there already.

    Yields
    ------
    Path
        Where to write; removed if anything fails.

    Raises
    ------
    OutputExistsError
        If the target exists and may not be replaced.
    OutputError
        If it cannot be written: full or read-only disk, no permission.
    """
    with explained(path):
        if path.is_dir():
            raise OutputExistsError(f"{path}: is a folder; choose the name of a file")
        if _exists(path) and not overwrite:
            raise OutputExistsError(f"{path}: exists already; choose another name or pass overwrite=True")
        with _staged(path.parent) as stage:
            yield stage
            stage.replace(path)


@contextmanager
def atomic_text(path: Path, *, overwrite: bool = False) -> Iterator[TextIO]:
    """Give a text file as `atomic_file` does, open to be written: UTF-8, lines as they are.

    Parameters
    ----------
    path : Path
    overwrite : bool

    Yields
    ------
    TextIO

    Raises
    ------
    OutputExistsError, OutputError
        As `atomic_file`.
    """
    with (
        atomic_file(path, overwrite=overwrite) as stage,
        stage.open("w", encoding="utf-8", newline="") as file,
    ):
        yield file


@contextmanager
def atomic_folder(path: Path, *, ours: Callable[[str], bool], overwrite: bool = False) -> Iterator[Path]:
    """Give an empty folder; what is written into it becomes the target's content.

    Parameters
    ----------
    path : Path
        The target, for files without folders. Missing parent folders are made.
    ours : callable
        Says of a file name whether an older result by that name goes when nothing replaced
        it. All other files stay.
    overwrite : bool
        Allow a target that has content. Files of the same names are replaced.

    Yields
    ------
    Path
        Where to write; removed if anything fails.

    Raises
    ------
    OutputExistsError
        If the target is a file, or has content and may not be overwritten.
    OutputError
        If it cannot be written: full or read-only disk, no permission.
    """
    with explained(path):
        exists = _exists(path)
        if exists and not path.is_dir():
            raise OutputExistsError(f"{path}: is a file; choose the name of a folder")
        if exists and not overwrite and any(path.iterdir()):
            raise OutputExistsError(f"{path}: is not empty; choose a new folder name or pass overwrite=True")
        # inside a folder that exists: it may be a mount point, or in a parent that is not writable
        with _staged(path if exists else path.parent) as stage:
            stage.mkdir()
            yield stage
            if exists:
                _move_into(path, stage, ours)
            else:
                stage.rename(path)


def _move_into(folder: Path, stage: Path, ours: Callable[[str], bool]) -> None:
    new = {file.name for file in stage.iterdir()}
    for name in sorted(new):
        (stage / name).replace(folder / name)
    for file in folder.iterdir():
        if ours(file.name) and file.name not in new and file.is_file():
            file.unlink()


def _exists(path: Path) -> bool:
    # Path.exists hides a name that is too long, which would then be found out only at the rename
    with suppress(FileNotFoundError):
        path.stat()
        return True
    return False


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    sweep_once(folder)
    stage = folder / partial_name()
    made = [parent for parent in (folder, *folder.parents) if not _exists(parent)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield stage
    finally:
        if stage.is_dir():
            shutil.rmtree(stage, ignore_errors=True)
        else:
            stage.unlink(missing_ok=True)
        for parent in made:
            with suppress(OSError):  # not empty: the result lies in it
                parent.rmdir()


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """Say what to do where writing fails.

    Parameters
    ----------
    target : Path

    Raises
    ------
    OutputError
        If the disk is full or read-only, or there is no permission.
    """
    try:
        yield
    except OSError as error:
        if isinstance(error, DevolearnError) or error.errno not in _REMEDIES or _by_source(error, target):
            raise
        raise OutputError(f"{target}: cannot be written: {_REMEDIES[error.errno]}") from error


def _by_source(error: OSError, target: Path) -> bool:
    """Whether reading the image failed, not writing the result."""
    name = str(error.filename or target)
    return PARTIAL not in name and Path(name) not in (target, *target.parents)
