"""Bokeh's web application, with the guard and its own sockets."""

from __future__ import annotations

import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from bokeh.application import Application
from bokeh.document import Document
from bokeh.server.server import BaseServer
from bokeh.server.tornado import BokehTornado
from bokeh.server.util import bind_sockets
from tornado.httpserver import HTTPServer
from tornado.httputil import HTTPServerRequest
from tornado.ioloop import IOLoop

from napari_devolearn.web.server.guard import RefusedHandler, SecurityHeaders, allowed_names, refusal

_BODY_BYTES = 1 << 20  # maximum of a request; uploads raise it for themselves


class GuardedApplication(BokehTornado):  # type: ignore[misc]
    """Answers only requests that the guard allows, and reports when a page's websocket connects.

    `names`: allowed ``HOST:PORT`` of the server in browsers.
    `on_connect`: called with the document of the page.
    """

    def __init__(
        self,
        applications: Mapping[str, Application],
        *,
        names: frozenset[str],
        on_connect: Callable[[Document], None],
        **options: Any,
    ) -> None:
        super().__init__(
            applications,
            # names are checked for every request; Bokeh's own check does not support IPv6
            extra_websocket_origins=["*"],
            secret_key=secrets.token_bytes(32),
            sign_sessions=True,
            include_headers=[],
            include_cookies=[],
            use_index=False,
            **options,
        )
        self._names, self._on_connect = names, on_connect
        self.transforms.append(SecurityHeaders)

    def find_handler(self, request: HTTPServerRequest, **rest: Any) -> Any:
        """The handler of a request, or one that refuses it."""
        refused = refusal(request, self._names)
        if refused is None:
            return super().find_handler(request, **rest)
        status, text = refused
        return self.get_handler_delegate(request, RefusedHandler, {"status": status, "text": text})

    def new_connection(self, *arguments: Any) -> Any:
        """Accept a page's websocket, which its token has opened."""
        connection = super().new_connection(*arguments)
        self._on_connect(connection.session.document)
        return connection


class PageServer(BaseServer):  # type: ignore[misc]
    """A server of pages at one address; host, port and origins as for `start_server`."""

    def __init__(
        self,
        applications: Mapping[str, Application],
        *,
        host: str,
        port: int,
        origins: Sequence[str],
        **options: Any,
    ) -> None:
        sockets, bound = bind_sockets(host, port)
        try:
            application = GuardedApplication(
                applications, names=allowed_names(origins, host, bound), **options
            )
            http = HTTPServer(application, xheaders=True, max_body_size=_BODY_BYTES)
            http.add_sockets(sockets)
        except BaseException:
            for one in sockets:
                one.close()
            raise
        super().__init__(IOLoop.current(), application, http)
