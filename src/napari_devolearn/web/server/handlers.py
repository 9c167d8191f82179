"""Handlers of requests about a visit: the results as files, and its end."""

from __future__ import annotations

import asyncio
import shutil

from tornado.web import HTTPError, RequestHandler

from napari_devolearn.web.server.site import Site

_CHUNK = 1 << 20


class SiteHandler(RequestHandler):
    """A request that needs the state of the site."""

    def initialize(self, site: Site) -> None:
        """Take what all visitors share."""
        self._site = site


class LeaveHandler(SiteHandler):
    """``POST leave/TOKEN``: sent when a page is closed."""

    def post(self, token: str) -> None:
        """End the visit."""
        visit = self._site.visits.find(token)
        if visit is not None:
            self._site.visits.close(visit)


class ResultHandler(SiteHandler):
    """``GET results/TOKEN/NAME``; NAME must be one of the page's results."""

    async def get(self, token: str, name: str) -> None:
        """Write the result to the visit's folder, then send it.

        Raises HTTPError 404 if there is no such visit or result, 409 if it is not complete.
        """
        visit = self._site.visits.find(token)
        page = None if visit is None else visit.page
        if visit is None or page is None or name not in page.result_names:
            raise HTTPError(404)
        if not page.finished:
            raise HTTPError(409)
        path = visit.folder / name
        await asyncio.get_running_loop().run_in_executor(self._site.readers, page.write, path)
        if visit.closed:
            shutil.rmtree(visit.folder, ignore_errors=True)  # recreated by a late result
            raise HTTPError(404)
        self.set_header("Content-Type", "application/octet-stream")
        self.set_header("Content-Disposition", f'attachment; filename="{name}"')
        self.set_header("Cache-Control", "no-store")
        with path.open("rb") as file:
            while chunk := file.read(_CHUNK):
                self.write(chunk)
                await self.flush()
