"""Lock a folder for one process; the operating system releases it when the process ends."""

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
"""The locked file; it names the process."""

_TAKEN = {errno.EAGAIN, errno.EACCES, errno.EDEADLK}


class FolderLock:
    """Lock a folder for this process. The folder is created if missing, and deleted if it stays empty.

    There is no finaliser: if the lock is dropped inside its block, the system releases it when the file is
    closed. `target` is the name in messages. On entering, raises FolderInUseError, which names the process,
    if another one has the lock; OutputError if the folder cannot be created.
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
            file.close()  # Windows cannot delete an open file
        with suppress(OSError):
            (self._folder / LOCK).unlink()
        with suppress(OSError):
            self._folder.rmdir()
        file.close()


def in_use(folder: Path) -> bool:
    """Whether a process has locked a folder."""
    try:
        with (folder / LOCK).open("r+", encoding="utf-8") as file:
            return not _try(file)
    except OSError:
        return False


def _take(folder: Path, target: Path) -> IO[str]:
    while True:
        folder.mkdir(parents=True, exist_ok=True)
        with suppress(FileNotFoundError):  # its last owner has just deleted the folder
            file = (folder / LOCK).open("a+", encoding="utf-8")
            if not _try(file):
                file.seek(0)
                owner = file.read() or "another process"
                file.close()
                raise FolderInUseError(
                    f"{target}: {owner} is writing it; wait until it ends, or choose another name"
                )
            # unless its last owner has just deleted the file
            if (folder / LOCK).exists() and os.path.samestat(os.fstat(file.fileno()), (folder / LOCK).stat()):
                file.truncate(0)
                file.write(f"process {os.getpid()} on {socket.gethostname()}")
                file.flush()
                return file
            file.close()


def _try(file: IO[str]) -> bool:
    """Try to lock a file; always succeeds on file systems without locks."""
    try:
        _lock(file.fileno())
    except OSError as error:
        return error.errno not in _TAKEN
    return True


if sys.platform == "win32":

    def _lock(descriptor: int) -> None:
        import msvcrt

        os.lseek(descriptor, 1 << 20, os.SEEK_SET)  # beyond the text, which other processes read
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:

    def _lock(descriptor: int) -> None:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
