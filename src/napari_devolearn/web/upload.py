"""UploadHandler: takes a file from a visitor, a piece at a time, and no more than the limits allow."""

from __future__ import annotations

import asyncio
import shutil
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from tornado.web import HTTPError, RequestHandler, stream_request_body

from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.io.movie_file import MOVIE_SUFFIXES
from napari_devolearn.io.names import TIF_SUFFIXES
from napari_devolearn.io.picture import PICTURE_SUFFIXES
from napari_devolearn.web.reading import safe_name
from napari_devolearn.web.site import Site

if TYPE_CHECKING:
    from tornado.http1connection import HTTP1Connection

    from napari_devolearn.web.visits import Visit

SUFFIXES = (*TIF_SUFFIXES, *PICTURE_SUFFIXES, *MOVIE_SUFFIXES)
"""Of files that are taken, in lower case."""


@stream_request_body
class UploadHandler(RequestHandler):
    """``PUT upload/TOKEN?name=NAME`` with the file as the body; answers with one line of text."""

    def initialize(self, site: Site) -> None:
        """Take what all visitors share."""
        self._site = site
        self._file: IO[bytes] | None = None
        self._path: Path | None = None
        self._left = 0
        self._visit: Visit | None = None

    def check_xsrf_cookie(self) -> None:
        """Leave this to the token in the address, which no other page can know."""

    def prepare(self) -> None:
        """Refuse what can be refused before a byte of the body is read."""
        if self.request.method != "PUT":
            raise HTTPError(405)
        self._visit = self._site.visits.find(self.path_args[0])
        name = safe_name(self.get_query_argument("name", "upload"))
        if self._visit is None:
            self._refuse(410, "this visit has ended; load the page again")
        elif refusal := self._refusal(self._visit, name):
            self._refuse(*refusal)
        else:
            self._begin(self._visit, name)

    def data_received(self, chunk: bytes) -> None:
        """Keep a piece."""
        if self._file is None:
            return
        self._left -= len(chunk)
        if self._left < 0:
            self._drop()
            self._refuse(413, "the file is larger than it said; send it again")
            return
        self._file.write(chunk)

    async def put(self, token: str) -> None:  # noqa: ARG002 - the address was looked at before
        """Decode what came, and show it on the visitor's page."""
        if self._file is None or self._path is None or self._visit is None or self._visit.page is None:
            return
        self._file.close()
        self._file = None
        loop, page = asyncio.get_running_loop(), self._visit.page
        try:
            await loop.run_in_executor(self._site.readers, page.read, self._path)
        except (DevolearnError, OSError, ValueError, MemoryError, RuntimeError) as error:
            shutil.rmtree(self._path.parent, ignore_errors=True)
            self._refuse(422, " ".join(str(error).split()))
            return
        self.finish("")

    def on_connection_close(self) -> None:
        """Forget the part of a file whose visitor has left."""
        self._drop()

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ARG002
        """Answer with one line."""
        self.finish(f"the file could not be taken ({status_code}); load the page again")

    def _refusal(self, visit: Visit, name: str) -> tuple[int, str] | None:
        """Why a file is not taken, as a status and a line."""
        limits = self._site.limits
        size = int(self.request.headers.get("Content-Length", "0"))
        if not name.lower().endswith(SUFFIXES):
            return 415, f"{name}: is of no kind that is taken here; bring one of {', '.join(SUFFIXES)}"
        if size > limits.upload_bytes:
            most = f"{limits.upload_bytes / 1e6:,.0f} MB"
            return 413, f"{name}: has {size / 1e6:,.0f} MB; up to {most} are taken here: send fewer frames"
        if visit.uploads >= limits.uploads:
            return 429, f"{limits.uploads} files were sent on this page already; load it again for more"
        return None

    def _begin(self, visit: Visit, name: str) -> None:
        limits, connection = self._site.limits, cast("HTTP1Connection", self.request.connection)
        connection.set_max_body_size(limits.upload_bytes)
        connection.set_body_timeout(limits.upload_seconds)
        visit.uploads += 1
        folder = visit.upload_folder
        folder.mkdir()
        self._path, self._left = folder / name, limits.upload_bytes
        self._file = self._path.open("wb")

    def _refuse(self, status: int, text: str) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Connection", "close")
        self.finish(text)

    def _drop(self) -> None:
        if self._file is not None and self._path is not None:
            self._file.close()
            self._file = None
            shutil.rmtree(self._path.parent, ignore_errors=True)
