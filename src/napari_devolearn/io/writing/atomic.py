"""Write next to the target, then rename, so that a result is complete or missing."""

from __future__ import annotations

import errno
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TextIO

from napari_devolearn.exceptions import DevolearnError, OutputError, OutputExistsError
from napari_devolearn.io.writing.partial import PARTIAL, partial_name, sweep_once

_NO_PERMISSION = "no permission to write there; choose another folder"
_OPEN_ELSEWHERE = (  # Windows denies access to replace or delete an open file
    "no permission to write there, or another program has the file open; close that program or choose "
    "another folder"
)
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
    errno.EILSEQ: "this disk does not accept the name; choose one of plain letters",
    errno.EINVAL: "this disk does not accept the name; choose one of plain letters",
    errno.ENOENT: "a folder cannot be created there; choose another one",
}


@contextmanager
def atomic_file(path: Path, *, overwrite: bool = False) -> Iterator[Path]:
    """Yield a temporary path in the target's folder, which becomes the target, or is deleted after an error.

    Missing parent folders are created. Raises OutputExistsError if the target is a folder, or exists and is
    not to be replaced; OutputError if it cannot be written: full or read-only disk, no permission.
    """
    with explained(path):
        if path.is_dir():
            raise OutputExistsError(f"{path}: is a folder; choose the name of a file")
        if exists(path) and not overwrite:
            raise OutputExistsError(f"{path}: already exists; choose another name or pass overwrite=True")
        with _staged(path.parent) as stage:
            yield stage
            stage.replace(path)


@contextmanager
def atomic_text(path: Path, *, overwrite: bool = False) -> Iterator[TextIO]:
    """Open a text file for writing as `atomic_file`: UTF-8, line ends unchanged."""
    with (
        atomic_file(path, overwrite=overwrite) as stage,
        stage.open("w", encoding="utf-8", newline="") as file,
    ):
        yield file


@contextmanager
def atomic_folder(path: Path, *, ours: Callable[[str], bool], overwrite: bool = False) -> Iterator[Path]:
    """Yield an empty folder whose files become the target's content, or are deleted after an error.

    Missing parent folders are created. The folder must not contain folders. `ours` tells whether a file name
    belongs to an earlier result; such files are deleted if nothing replaces them, other files stay. Raises
    OutputExistsError if the target is a file, or has content and may not be overwritten; OutputError if it
    cannot be written.
    """
    with explained(path):
        there = exists(path)
        if there and not path.is_dir():
            raise OutputExistsError(f"{path}: is a file; choose the name of a folder")
        if there and not overwrite and any(path.iterdir()):
            raise OutputExistsError(f"{path}: is not empty; choose a new folder name or pass overwrite=True")
        # inside an existing folder, which may be a mount point or have a parent that is not writable
        with _staged(path if there else path.parent) as stage:
            stage.mkdir()
            yield stage
            if not there:
                stage.rename(path)
                return
            new = sorted(file.name for file in stage.iterdir())
            for name in new:
                (stage / name).replace(path / name)
            for file in path.iterdir():
                if ours(file.name) and file.name not in new and file.is_file():
                    file.unlink()


def exists(path: Path) -> bool:
    """Whether a path exists; unlike `Path.exists`, raises for a name that is too long."""
    with suppress(FileNotFoundError, NotADirectoryError):
        path.stat()
        return True
    return path.is_symlink()


@contextmanager
def _staged(folder: Path) -> Iterator[Path]:
    sweep_once(folder)
    stage = folder / partial_name()
    made = [parent for parent in (folder, *folder.parents) if not exists(parent)]
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield stage
    finally:
        if stage.is_dir():
            shutil.rmtree(stage, ignore_errors=True)
        else:
            stage.unlink(missing_ok=True)
        for parent in made:
            with suppress(OSError):  # not empty: it contains the result
                parent.rmdir()


@contextmanager
def explained(target: Path) -> Iterator[None]:
    """Turn errors of writing into an OutputError with a remedy."""
    try:
        yield
    except OSError as error:
        name = str(error.filename or target)
        by_image = PARTIAL not in name and Path(name) not in (target, *target.parents)  # while it is read
        if isinstance(error, DevolearnError) or error.errno not in _REMEDIES or by_image:
            raise
        denied = error.errno in (errno.EACCES, errno.EPERM)
        remedy = _OPEN_ELSEWHERE if denied and sys.platform == "win32" else _REMEDIES[error.errno]
        raise OutputError(f"{target}: cannot be written: {remedy}") from error
