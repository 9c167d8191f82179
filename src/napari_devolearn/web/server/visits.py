"""Visits: who has a page open, and the folder that goes when they leave."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn.exceptions import ServerError
from napari_devolearn.io.writing.lock import LOCK, FolderLock, in_use
from napari_devolearn.web.server.incoming import Incoming
from napari_devolearn.web.server.limits import Limits

if TYPE_CHECKING:
    from napari_devolearn.web.pages.page import Page


_PREFIX = "napari-devolearn-web-"


class Visit:
    """One open page.

    Parameters
    ----------
    folder : Path
        Holds the upload and the results of this visit, nothing else.

    Attributes
    ----------
    token : str
        Cannot be guessed; whoever knows it may upload to this visit and fetch its results.
    uploads : int
        Files that were sent so far.
    incoming : Incoming or None
        The upload that is on its way.
    page : Page or None
        What the visitor has open.
    closed : bool
        Set once, when the visitor has left; whatever still works for them stops at it.
    """

    def __init__(self, folder: Path) -> None:
        self.token = folder.name
        self.folder = folder
        self.uploads = 0
        self.incoming: Incoming | None = None
        self.page: Page | None = None
        self.closed = False
        self.last_action = time.monotonic()
        self._end = ExitStack()
        self._end.callback(shutil.rmtree, folder, ignore_errors=True)

    @property
    def upload_folder(self) -> Path:
        """Where the latest upload lies."""
        return self.folder / f"upload-{self.uploads}"

    def touch(self) -> None:
        """Note that the visitor has done something."""
        self.last_action = time.monotonic()

    def at_end(self, call: Callable[[], None]) -> None:
        """Call something when the visit ends; at once where it has ended already."""
        if self.closed:
            call()
        else:
            self._end.callback(call)

    def close(self) -> None:
        """End the visit: first what `at_end` was told, then its files; a second time does nothing."""
        if self.closed:
            return
        self.closed = True
        self._end.close()


class Visits:
    """All open pages of a server.

    Parameters
    ----------
    limits : Limits

    Attributes
    ----------
    root : Path
        Temporary folder of the server, readable by its user only.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        remove_left_over()
        self.root = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._hold = ExitStack()
        self._hold.enter_context(FolderLock(self.root, self.root))
        self._open: dict[str, Visit] = {}

    def __len__(self) -> int:
        return len(self._open)

    def open(self) -> Visit:
        """Begin a visit.

        Returns
        -------
        Visit

        Raises
        ------
        ServerError
            If as many pages are open as the limits allow.
        """
        if len(self._open) >= self.limits.visits:
            raise ServerError(
                f"all {self.limits.visits} places on this server are taken; close pages that you no longer "
                "need, or try again in a few minutes"
            )
        folder = self.root / secrets.token_urlsafe(24)
        folder.mkdir(mode=0o700)
        visit = self._open[folder.name] = Visit(folder)
        return visit

    def find(self, token: str) -> Visit | None:
        """The visit with a token, where there is one; it is in use then."""
        visit = self._open.get(token)
        if visit is not None:
            visit.touch()
        return visit

    def close(self, visit: Visit) -> None:
        """End a visit: what works for it stops, and its files go."""
        self._open.pop(visit.token, None)
        visit.close()

    def close_idle(self) -> None:
        """End the visits that nobody has touched for longer than the limits allow."""
        latest = time.monotonic() - self.limits.idle_seconds
        for visit in list(self._open.values()):
            if visit.last_action < latest:
                if visit.page is not None:
                    visit.page.say_farewell()
                self.close(visit)

    def close_all(self) -> None:
        """End all visits and remove the server's folder."""
        for visit in list(self._open.values()):
            self.close(visit)
        self._hold.close()
        shutil.rmtree(self.root, ignore_errors=True)


def remove_left_over() -> None:
    """Remove the folders of servers that were killed before they could do it themselves."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if (folder / LOCK).exists() and not in_use(folder):
            shutil.rmtree(folder, ignore_errors=True)
