"""Incoming: an upload in progress, one file or the frames of a movie."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

FRAMES = "frames"
"""Folder of files that are one frame each."""


@dataclass
class Incoming:
    """An incomplete upload.

    Parameters
    ----------
    folder : Path
        Of this upload alone; made here.
    count : int
        Number of announced files.
    left : int
        Bytes that are still allowed, over all files.
    done : int
        Number of complete files.
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
