"""UploadHandler: receives files in chunks, within the limits."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, cast

from tornado.web import HTTPError, RequestHandler, stream_request_body

from napari_devolearn.exceptions import DevolearnError
from napari_devolearn.io.core.tif_names import TIF_SUFFIXES
from napari_devolearn.io.pictures.movie_file import MOVIE_SUFFIXES
from napari_devolearn.io.pictures.picture import PICTURE_SUFFIXES
from napari_devolearn.web.server.decode import ZIP
from napari_devolearn.web.server.incoming import Incoming
from napari_devolearn.web.server.reading import safe_name
from napari_devolearn.web.server.site import Site

if TYPE_CHECKING:
    from tornado.http1connection import HTTP1Connection

    from napari_devolearn.web.server.visits import Visit

FRAME_SUFFIXES = (*TIF_SUFFIXES, *PICTURE_SUFFIXES)
SUFFIXES = (*FRAME_SUFFIXES, *MOVIE_SUFFIXES, ZIP)
"""Accepted suffixes, in lower case."""

Refusal = tuple[int, str]


@stream_request_body
class UploadHandler(RequestHandler):
    """``PUT upload/TOKEN?name=NAME`` with the file as the body; answers with one line of text.

    ``&part=I&of=N`` marks frame I, from 0, of a movie of N files, which are sent one after the other.
    """

    def initialize(self, site: Site) -> None:
        """Take what all visitors share."""
        self._site = site
        self._file: IO[bytes] | None = None
        self._incoming: Incoming | None = None
        self._path: Path | None = None
        self._visit: Visit | None = None

    def check_xsrf_cookie(self) -> None:
        """Not needed: the address contains a secret token."""

    def prepare(self) -> None:
        """Refuse invalid requests before the body is read."""
        if self.request.method != "PUT":
            raise HTTPError(405)
        self._visit = self._site.visits.find(self.path_args[0])
        name = safe_name(self.get_query_argument("name", "upload"))
        part, count = (self._number(word, default) for word, default in (("part", 0), ("of", 1)))
        if self._visit is None:
            self._refuse(410, "this page is not connected, or its visit has ended; load it again")
        elif refusal := self._refusal(self._visit, name, part, count):
            self._refuse(*refusal)
        else:
            self._begin(self._visit, name, part, count)

    def data_received(self, chunk: bytes) -> None:
        """Write a chunk to the file."""
        if self._file is None or self._incoming is None:
            return
        self._incoming.left -= len(chunk)
        if self._incoming.left < 0:
            self._drop()
            self._refuse(413, "the file is larger than announced; send it again")
            return
        self._file.write(chunk)

    async def put(self, token: str) -> None:  # noqa: ARG002 - checked in `prepare`
        """Decode the complete upload, and show it on the visitor's page."""
        visit, incoming = self._visit, self._incoming
        if self._file is None or self._path is None or incoming is None:
            return
        if visit is None or visit.page is None:
            return
        self._file.close()
        self._file = None
        incoming.done += 1
        if incoming.complete:
            visit.incoming = None
            image = self._path if incoming.count == 1 else incoming.place
            try:
                await asyncio.get_running_loop().run_in_executor(self._site.readers, visit.page.read, image)
            except (DevolearnError, OSError, ValueError, MemoryError, RuntimeError) as error:
                incoming.drop()
                self._refuse(422, " ".join(str(error).split()))
                return
        self.finish("")

    def on_connection_close(self) -> None:
        """Delete an incomplete upload of a visitor who has left."""
        self._drop()

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ARG002
        """Answer with one line."""
        self.finish(f"the upload failed ({status_code}); reload the page")

    def _number(self, word: str, default: int) -> int:
        return self._integer(self.get_query_argument(word, str(default)))

    @staticmethod
    def _integer(text: str) -> int:
        if re.fullmatch("[0-9]{1,18}", text) is None:
            raise HTTPError(400)
        return int(text)

    def _refusal(self, visit: Visit, name: str, part: int, count: int) -> Refusal | None:
        """HTTP status and reason for refusing an upload; None if it is allowed."""
        limits = self._site.limits
        size = self._integer(self.request.headers.get("Content-Length", "0"))
        left = limits.upload_bytes if part == 0 or visit.incoming is None else visit.incoming.left
        if not name.lower().endswith(SUFFIXES):
            return 415, f"{name}: unsupported file type; use one of {', '.join(SUFFIXES)}"
        if size > left:
            limit = f"{limits.upload_bytes / 1e6:,.0f} MB"
            return 413, f"{name}: {size / 1e6:,.0f} MB; the limit is {limit}: send fewer frames"
        if part == 0 and visit.uploads >= limits.uploads:
            return 429, f"{limits.uploads} images were uploaded on this page; reload it for more"
        return None if (part, count) == (0, 1) else self._refusal_of_part(visit, name, part, count)

    def _refusal_of_part(self, visit: Visit, name: str, part: int, count: int) -> Refusal | None:
        limits, incoming = self._site.limits, visit.incoming
        if not name.lower().endswith(FRAME_SUFFIXES):
            return 415, (
                f"{name}: not a frame of a movie; send this file alone, or only {', '.join(FRAME_SUFFIXES)}"
            )
        if count > limits.frames:
            return (
                413,
                f"{count} files, but at most {limits.frames} at once; save them as one stack",
            )
        if part == 0:
            return None
        if incoming is None or (incoming.done, incoming.count) != (part, count):
            return 409, "the files arrived in another order; send all of them again"
        if (incoming.place / name).exists():
            return 415, f"{name}: several files have this name; rename them"
        return None

    def _begin(self, visit: Visit, name: str, part: int, count: int) -> None:
        limits, connection = self._site.limits, cast("HTTP1Connection", self.request.connection)
        connection.set_max_body_size(limits.upload_bytes)
        connection.set_body_timeout(limits.upload_seconds)
        if part == 0 or visit.incoming is None:
            if visit.incoming is not None:
                visit.incoming.drop()
            visit.uploads += 1
            visit.incoming = Incoming(visit.upload_folder, count, limits.upload_bytes)
        self._incoming = visit.incoming
        self._path = self._incoming.place / name
        self._file = self._path.open("wb")

    def _refuse(self, status: int, text: str) -> None:
        self.set_status(status)
        self.set_header("Content-Type", "text/plain; charset=utf-8")
        self.set_header("Connection", "close")
        self.finish(text)

    def _drop(self) -> None:
        if self._file is not None and self._incoming is not None and self._visit is not None:
            self._file.close()
            self._file = None
            self._incoming.drop()
            if self._visit.incoming is self._incoming:
                self._visit.incoming = None
