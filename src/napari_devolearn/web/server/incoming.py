"""Incoming: an upload in progress, one file or the frames of a movie."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

FRAMES = "frames"
"""Folder with one file per frame."""


@dataclass
class Incoming:
    """An incomplete upload.

    Parameters
    ----------
    folder : Path
        Created for this upload only.
    count : int
        Number of announced files.
    left : int
        Remaining bytes, over all files.
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
        """Folder of the uploaded files."""
        return self.folder / FRAMES if self.count > 1 else self.folder

    @property
    def complete(self) -> bool:
        """Whether all files are complete."""
        return self.done == self.count

    def drop(self) -> None:
        """Delete the received files."""
        shutil.rmtree(self.folder, ignore_errors=True)
