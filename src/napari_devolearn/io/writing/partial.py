"""Temporary names of incomplete files, and the deletion of those that a killed process left."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import socket
from contextlib import suppress
from functools import cache
from pathlib import Path
from uuid import uuid4

PARTIAL = ".devolearn-partial"
"""Suffix of such names."""

_NAME = re.compile(r"\.(?P<host>[0-9a-f]{8})-(?P<pid>\d+)-[0-9a-f]{8}" + re.escape(PARTIAL))


def partial_name() -> str:
    """A unique hidden name with the process ID, short enough for any file system."""
    return f".{_host()}-{os.getpid()}-{uuid4().hex[:8]}{PARTIAL}"


@cache
def sweep_once(folder: Path) -> None:
    """As `sweep`, once per folder and process."""
    sweep(folder)


def sweep(folder: Path) -> None:
    """Delete incomplete files of processes of this machine that have ended; `folder` may be missing."""
    with suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            owner = _NAME.fullmatch(entry.name)
            if owner is not None and owner["host"] == _host() and not _alive(int(owner["pid"])):
                if entry.is_dir(follow_symlinks=False):
                    shutil.rmtree(entry.path, ignore_errors=True)
                else:
                    with suppress(OSError):
                        Path(entry.path).unlink()


def replace_folder(new: Path, target: Path) -> None:
    """Move a folder to a target on the same disk; an existing target is deleted afterwards."""
    old = target.rename(target.with_name(partial_name())) if target.exists() else None
    new.rename(target)
    if old is not None:
        shutil.rmtree(old, ignore_errors=True)


def _host() -> str:
    return hashlib.sha256(socket.gethostname().encode()).hexdigest()[:8]


def _alive(pid: int) -> bool:
    import psutil  # os.kill(pid, 0) would end the process on Windows

    return bool(psutil.pid_exists(pid))
