"""Incoming: an upload on its way, one file or several that make one movie."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

FRAMES = "frames"
"""Folder of files that are one frame each."""


@dataclass
class Incoming:
    """An upload that is not whole yet.

    Parameters
    ----------
    folder : Path
        Of this upload alone; made here.
    count : int
        Files that were announced.
    left : int
        Bytes that may still come, of all files together.
    done : int
        Files that are whole.
    """

    folder: Path
    count: int
    left: int
    done: int = 0

    def __post_init__(self) -> None:
        self.place.mkdir(parents=True)

    @property
    def place(self) -> Path:
        """Where its files lie."""
        return self.folder / FRAMES if self.count > 1 else self.folder

    @property
    def whole(self) -> bool:
        """Whether every file is there."""
        return self.done == self.count

    def drop(self) -> None:
        """Remove what came."""
        shutil.rmtree(self.folder, ignore_errors=True)
