"""One process at a time in a folder; the operating system gives it free when the process ends, however."""

from __future__ import annotations

import errno
import os
import socket
import sys
from contextlib import suppress
from pathlib import Path
from typing import IO

from napari_devolearn.exceptions import FolderInUseError
from napari_devolearn.io.writing.atomic import explained

LOCK = "lock"
"""The file that is locked; it says who works there."""

_TAKEN = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}


class FolderLock:
    """Hold a folder for this process; it is made if need be, and goes if nothing was put into it.

    A context manager without a finaliser: where it is dropped inside of its block, the system gives the
    folder free as it closes the file.

    Parameters
    ----------
    folder : Path
    target : Path
        What the message calls it.

    Raises
    ------
    FolderInUseError
        On entering, if another process holds it; the message says which.
    OutputError
        If it cannot be made.
    """

    def __init__(self, folder: Path, target: Path) -> None:
        self._folder, self._target = folder, target
        self._file: IO[str] | None = None

    def __enter__(self) -> None:
        with explained(self._target):
            self._file = _take(self._folder, self._target)

    def __exit__(self, *_: object) -> None:
        file, self._file = self._file, None
        if file is None:
            return
        if sys.platform == "win32":
            file.close()  # an open file cannot be removed there
        with suppress(OSError):
            (self._folder / LOCK).unlink()
        with suppress(OSError):
            self._folder.rmdir()
        file.close()


def in_use(folder: Path) -> bool:
    """Whether a process holds a folder."""
    try:
        with (folder / LOCK).open("r+", encoding="utf-8") as file:
            return not _try(file)
    except OSError:
        return False


def _take(folder: Path, target: Path) -> IO[str]:
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # its last owner removed the folder just now
            file = (folder / LOCK).open("a+", encoding="utf-8")
            if not _try(file):
                file.seek(0)
                owner = file.read() or "another process"
                file.close()
                raise FolderInUseError(
                    f"{target}: {owner} is writing it now; wait until it ends, or choose another name"
                )
            if _still_there(file, folder / LOCK):
                file.truncate(0)
                file.write(f"process {os.getpid()} on {socket.gethostname()}")
                file.flush()
                return file
            file.close()


def _still_there(file: IO[str], path: Path) -> bool:
    """Whether what was locked is what lies there, not what its last owner removed meanwhile."""
    return path.exists() and os.path.samestat(os.fstat(file.fileno()), path.stat())


def _try(file: IO[str]) -> bool:
    """Lock a file unless another process has; a file system that knows no locks gives all."""
    try:
        _lock(file.fileno())
    except OSError as error:
        return error.errno not in _TAKEN
    return True


if sys.platform == "win32":

    def _lock(descriptor: int) -> None:
        import msvcrt

        os.lseek(descriptor, 1 << 20, os.SEEK_SET)  # beyond the text, which others may read
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:

    def _lock(descriptor: int) -> None:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
