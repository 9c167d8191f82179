from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from napari_devolearn.exceptions import FolderInUseError
from napari_devolearn.io.writing.lock import FolderLock, in_use

HOLD = """
import sys
from pathlib import Path
from napari_devolearn.io.writing.lock import FolderLock
with FolderLock(Path(sys.argv[1]), Path("01_RES")):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_another_process_is_refused_until_the_first_ends(tmp_path: Path) -> None:
    folder = tmp_path / "run"
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, os.fspath(folder)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout.readline().strip() == b"held"
        assert in_use(folder)
        refused = pytest.raises(FolderInUseError, match=f"process {holder.pid} on .* is writing it")
        with refused, FolderLock(folder, tmp_path / "01_RES"):
            pass
    finally:
        holder.send_signal(signal.SIGKILL) if os.name == "posix" else holder.kill()
        holder.communicate()
    assert not in_use(folder)
    with FolderLock(folder, tmp_path / "01_RES"):
        (folder / "kept").touch()
    assert [path.name for path in folder.iterdir()] == ["kept"]


def test_no_lock_file_is_left_if_nothing_was_written(tmp_path: Path) -> None:
    with FolderLock(tmp_path / "run", tmp_path / "x"):
        assert in_use(tmp_path / "run")
    assert not list(tmp_path.iterdir())
