"""Visits: all open pages of a server."""

from __future__ import annotations

import secrets
import shutil
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path

from napari_devolearn.exceptions import ServerError
from napari_devolearn.io.writing.lock import LOCK, FolderLock, in_use
from napari_devolearn.web.server.limits import Limits
from napari_devolearn.web.server.visit import Visit

_PREFIX = "napari-devolearn-web-"

_EXPECTED_PER_VISIT = 4
"""Maximum number of requested pages that have not connected yet, per allowed visit, because each needs
memory."""


class Visits:
    """All open pages of a server.

    `root`: temporary folder of the server, readable only by its user.
    """

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        remove_stale_folders()
        self.root = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._hold = ExitStack()
        self._hold.enter_context(FolderLock(self.root, self.root))
        self._expected: set[str] = set()
        self._open: dict[str, Visit] = {}

    def __len__(self) -> int:
        return len(self._open)

    def expect(self) -> Visit:
        """Prepare the visit of a requested page; it counts as open only after `open`.

        Raises ServerError if too many pages are open, or too many requested pages have not connected yet.
        """
        self._check_limit()
        if len(self._expected) >= _EXPECTED_PER_VISIT * self.limits.visits:
            raise ServerError("too many pages requested at once; try again in a minute")
        visit = Visit(self.root / secrets.token_urlsafe(24))
        self._expected.add(visit.token)
        return visit

    def open(self, visit: Visit) -> None:
        """Begin a visit, from `expect`, when its page has connected; repeated calls do nothing.

        Raises ServerError if too many pages are open.
        """
        if visit.token in self._open or visit.closed:
            return
        self._check_limit()
        visit.folder.mkdir(mode=0o700)
        visit.touch()
        self._expected.discard(visit.token)
        self._open[visit.token] = visit

    def _check_limit(self) -> None:
        if len(self._open) >= self.limits.visits:
            raise ServerError(
                f"all {self.limits.visits} pages of this server are in use; close pages that you no longer "
                "need, or try again in a few minutes"
            )

    def find(self, token: str) -> Visit | None:
        """The visit with a token, or None; marks it as used."""
        visit = self._open.get(token)
        if visit is not None:
            visit.touch()
        return visit

    def close(self, visit: Visit) -> None:
        """End a visit: stop its work and delete its files."""
        self._open.pop(visit.token, None)
        self._expected.discard(visit.token)
        visit.close()

    def close_idle(self) -> None:
        """End visits that have been idle for too long."""
        latest = time.monotonic() - self.limits.idle_seconds
        for visit in list(self._open.values()):
            if visit.last_action < latest:
                if visit.page is not None:
                    visit.page.show_end()
                self.close(visit)

    def close_all(self) -> None:
        """End all visits and remove the server's folder."""
        for visit in list(self._open.values()):
            self.close(visit)
        self._hold.close()
        shutil.rmtree(self.root, ignore_errors=True)


def remove_stale_folders() -> None:
    """Delete the folders of servers that were killed."""
    for folder in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*"):
        if (folder / LOCK).exists() and not in_use(folder):
            shutil.rmtree(folder, ignore_errors=True)
