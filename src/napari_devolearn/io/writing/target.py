"""Check before a computation that its result can be written."""

from __future__ import annotations

import os
from pathlib import Path

from napari_devolearn.exceptions import OutputExistsError, ParameterError
from napari_devolearn.io.writing.atomic import exists, explained


def check_target(path: Path, *, overwrite: bool) -> None:
    """Check that a file can be written.

    Raises OutputExistsError if it exists and is not to be overwritten, or is a folder; OutputError if it
    cannot be written.
    """
    with explained(path):
        there = exists(path)
    if path.is_dir():
        raise OutputExistsError(f"{path}: is a folder; choose the name of a file")
    if there and not overwrite:
        raise OutputExistsError(f"{path}: already exists; give another name, or --overwrite")
    check_writable(path)


def check_not_input(path: Path, *inputs: Path) -> None:
    """Raise ParameterError if an output is one of the inputs, which are never overwritten."""
    if path.resolve() in {one.resolve() for one in inputs}:
        raise ParameterError(f"{path}: is the input; give another name")


def check_writable(path: Path) -> None:
    """Check that a file or folder can be created: permission, and a name that the disk accepts.

    The missing parts of the path are created as files and deleted again, which tests their names too. Raises
    OutputError with the remedy.
    """
    path = path.absolute()
    with explained(path):
        absent = [part for part in (path, *path.parents) if not exists(part)]
        if not absent:
            if not os.access(path if path.is_dir() else path.parent, os.W_OK):
                raise PermissionError(13, "no permission", str(path))
            return
        base = absent[-1].parent
        if not base.is_dir():
            raise NotADirectoryError(20, "a part is no folder", str(path))
        for name in {part.name for part in absent}:
            _try(base / name, path)


def _try(probe: Path, path: Path) -> None:
    """Create a file and delete it; an error gets the path itself."""
    try:
        os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:  # a file of another path, or created by another process
        return
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    probe.unlink()
