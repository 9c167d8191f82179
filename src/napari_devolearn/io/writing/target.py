"""Whether a result can be written where it should go: found out before the work, not after it."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from napari_devolearn.exceptions import OutputExistsError
from napari_devolearn.io.writing.atomic import explained


def check_target(path: Path, *, overwrite: bool) -> None:
    """Refuse a file that is there already, or that cannot be written.

    Parameters
    ----------
    path : Path
    overwrite : bool
        Allow what exists.

    Raises
    ------
    OutputExistsError
        If something is there already, or a folder is.
    OutputError
        As `check_writable`.
    """
    with explained(path):
        there = _exists(path)
    if path.is_dir():
        raise OutputExistsError(f"{path}: is a folder; give the name of a file")
    if there and not overwrite:
        raise OutputExistsError(f"{path}: already exists; give another name, or --overwrite")
    check_writable(path)


def check_writable(path: Path) -> None:
    """Refuse a file or folder that cannot be made: no permission, a name that the disk does not take.

    Files named as the parts of the path that are not there yet are made and removed again, so that their
    names are tried too.

    Parameters
    ----------
    path : Path

    Raises
    ------
    OutputError
        With the remedy.
    """
    path = path.absolute()
    with explained(path):
        absent = [part for part in (path, *path.parents) if not _exists(part)]
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
    """Make a file and remove it again; what hinders that is an error of the path itself."""
    try:
        os.close(os.open(probe, os.O_CREAT | os.O_EXCL | os.O_WRONLY))
    except FileExistsError:  # of another path, or made by somebody else meanwhile
        return
    except OSError as error:
        raise OSError(error.errno, error.strerror, str(path)) from error
    probe.unlink()


def _exists(path: Path) -> bool:
    """Whether it is there; unlike `Path.exists` it does not hide a name that is too long."""
    with suppress(FileNotFoundError, NotADirectoryError):
        path.stat()
        return True
    return path.is_symlink()
