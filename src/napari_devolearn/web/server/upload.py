"""UploadHandler: receives files in chunks, within the limits."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from tornado.http1connection import HTTP1Connection
from tornado.web import HTTPError, stream_request_body

from napari_devolearn.exceptions import DevolearnError, message_of
from napari_devolearn.io.core.tif_names import TIF_SUFFIXES
from napari_devolearn.io.pictures.movie_file import MOVIE_SUFFIXES
from napari_devolearn.io.pictures.picture import PICTURE_SUFFIXES
from napari_devolearn.web.server.decode import ZIP
from napari_devolearn.web.server.guard import Refusal, send_refusal
from napari_devolearn.web.server.handlers import SiteHandler
from napari_devolearn.web.server.reading import safe_name
from napari_devolearn.web.server.visit import Incoming, Visit

FRAME_SUFFIXES = (*TIF_SUFFIXES, *PICTURE_SUFFIXES)
SUFFIXES = (*FRAME_SUFFIXES, *MOVIE_SUFFIXES, ZIP)
"""Accepted suffixes, in lower case."""


class _Receiving(NamedTuple):
    """The file that a request sends."""

    visit: Visit
    incoming: Incoming
    path: Path
    file: IO[bytes]


@stream_request_body
class UploadHandler(SiteHandler):
    """``PUT upload/TOKEN?name=NAME`` with the file as the body; answers with one line of text.

    ``&part=I&of=N`` marks frame I, from 0, of a movie of N files, which are sent one after the other.
    """

    _receiving: _Receiving | None = None

    def check_xsrf_cookie(self) -> None:
        """Not needed: the address contains a secret token."""

    def prepare(self) -> None:
        """Refuse invalid requests before the body is read."""
        if self.request.method != "PUT":
            raise HTTPError(405)
        visit = self._site.visits.find(self.path_args[0])
        name = safe_name(self.get_query_argument("name", "upload"))
        part, count = (_integer(self.get_query_argument(*one)) for one in (("part", "0"), ("of", "1")))
        if visit is None:
            send_refusal(self, 410, "this page is not connected, or its visit has ended; load it again")
        elif refusal := self._refusal(visit, name, part, count):
            send_refusal(self, *refusal)
        else:
            self._begin(visit, name, part, count)

    def data_received(self, chunk: bytes) -> None:
        """Write a chunk to the file."""
        if self._receiving is None:
            return
        self._receiving.incoming.left -= len(chunk)
        if self._receiving.incoming.left < 0:
            self._drop()
            send_refusal(self, 413, "the file is larger than announced; send it again")
        else:
            self._receiving.file.write(chunk)

    async def put(self, token: str) -> None:  # noqa: ARG002 - checked in `prepare`
        """Decode the complete upload, and show it on the visitor's page."""
        if self._receiving is None:
            return
        visit, incoming, path, file = self._receiving
        self._receiving = None
        file.close()
        if visit.page is None:
            return
        incoming.done += 1
        if incoming.complete:
            visit.incoming = None
            image = path if incoming.count == 1 else incoming.place
            try:
                await asyncio.get_running_loop().run_in_executor(self._site.readers, visit.page.read, image)
            except (DevolearnError, OSError, ValueError, MemoryError, RuntimeError) as error:
                incoming.drop()
                send_refusal(self, 422, message_of(error))
                return
        self.finish("")

    def on_connection_close(self) -> None:
        """Delete an incomplete upload of a visitor who has left."""
        self._drop()

    def write_error(self, status_code: int, **kwargs: Any) -> None:  # noqa: ARG002
        """Answer with one line."""
        self.finish(f"the upload failed ({status_code}); reload the page")

    def _refusal(self, visit: Visit, name: str, part: int, count: int) -> Refusal | None:
        """HTTP status and reason for refusing an upload; None if it is allowed."""
        limits = self._site.limits
        size = _integer(self.request.headers.get("Content-Length", "0"))
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
            return 413, f"{count} files, but at most {limits.frames} at once; save them as one stack"
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
            folder = visit.folder / f"upload-{visit.uploads}"
            visit.incoming = Incoming(folder, count, limits.upload_bytes)
        path = visit.incoming.place / name
        self._receiving = _Receiving(visit, visit.incoming, path, path.open("wb"))

    def _drop(self) -> None:
        if self._receiving is not None:
            visit, incoming, _, file = self._receiving
            self._receiving = None
            file.close()
            incoming.drop()
            if visit.incoming is incoming:
                visit.incoming = None


def _integer(text: str) -> int:
    if re.fullmatch("[0-9]{1,18}", text) is None:
        raise HTTPError(400)
    return int(text)
