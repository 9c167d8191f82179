"""A visit: one open page, and its folder, which is deleted when the page is closed."""

from __future__ import annotations

import shutil
import time
from abc import ABC, abstractmethod
from dataclasses import dataclass
from pathlib import Path


class VisitedPage(ABC):
    """What the server needs of a page; `result_names` are the files that it writes once it is finished."""

    result_names: tuple[str, ...] = ()

    @property
    @abstractmethod
    def finished(self) -> bool:
        """Whether the results are complete."""

    @abstractmethod
    def read(self, path: Path) -> None:
        """Decode an uploaded file, and show it; not on the event loop."""

    @abstractmethod
    def write(self, path: Path) -> None:
        """Write one of `result_names`; not on the event loop."""

    @abstractmethod
    def show_message(self, text: str) -> None:
        """Show a message; on the event loop."""

    @abstractmethod
    def show_end(self) -> None:
        """Show that the visit has ended."""

    @abstractmethod
    def leave(self) -> None:
        """Stop the work of a visitor who has left."""


@dataclass
class Incoming:
    """An incomplete upload.

    `folder`: created for this upload only.
    `count`: number of announced files.
    `left`: remaining bytes, over all files.
    `done`: number of complete files.
    """

    folder: Path
    count: int
    left: int
    done: int = 0

    def __post_init__(self) -> None:
        self.place.mkdir(parents=True)

    @property
    def place(self) -> Path:
        """Folder of the uploaded files, a separate one for frames."""
        return self.folder / "frames" if self.count > 1 else self.folder

    @property
    def complete(self) -> bool:
        """Whether all files are complete."""
        return self.done == self.count

    def drop(self) -> None:
        """Delete the received files."""
        shutil.rmtree(self.folder, ignore_errors=True)


class Visit:
    """One open page.

    `folder`: folder for the upload and the results of this visit; created when the visit is opened.
    `token`: secret that allows uploads to this visit and downloads of its results.
    `uploads`: number of uploads so far.
    `incoming`: the upload in progress.
    `page`: the open page.
    `closed`: set when the visitor has left; running work stops.
    """

    def __init__(self, folder: Path) -> None:
        self.token = folder.name
        self.folder = folder
        self.uploads = 0
        self.incoming: Incoming | None = None
        self.page: VisitedPage | None = None
        self.closed = False
        self.last_action = time.monotonic()

    def touch(self) -> None:
        """Record an action of the visitor."""
        self.last_action = time.monotonic()

    def close(self) -> None:
        """End the visit: stop its page, then delete its files; repeated calls do nothing."""
        if not self.closed:
            self.closed = True
            if self.page is not None:
                self.page.leave()
            shutil.rmtree(self.folder, ignore_errors=True)
