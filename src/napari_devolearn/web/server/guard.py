"""Check that every request names this server, and comes from one of its pages."""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from urllib.parse import urlsplit

from tornado.httputil import HTTPHeaders, HTTPServerRequest
from tornado.web import OutputTransform, RequestHandler, stream_request_body

from napari_devolearn.exceptions import ServerError

LOOPBACK = ("127.0.0.1", "localhost", "::1")

_NAME = re.compile(r"(\[[0-9a-f:]+\]|[a-z0-9_.-]+)(:[0-9]{1,5})?")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]|%[01][0-9a-f]|%7f", re.IGNORECASE)
_SESSION = ("bokeh-session-id", "bokeh-token")
_UNUSED = ("/autoload.js", "/metadata")  # of Bokeh, to embed a page elsewhere

_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data: blob:; connect-src 'self' ws://{host} wss://{host}; object-src 'none'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)

Refusal = tuple[int, str]


def allowed_names(origins: Sequence[str], host: str, port: int) -> frozenset[str]:
    """``HOST:PORT`` of the server in browsers: those of a proxy (`origins`), and its own.

    Names with port 443 are allowed with port 80 too, because browsers omit both.
    Raises ServerError if one of `origins` is not ``HOST:PORT``.
    """
    names: set[str] = set()
    for origin in origins:
        if not _NAME.fullmatch(origin.lower()):
            raise ServerError(
                f"--origin {origin}: give HOST:PORT as in the browser, for example lab.example.org:443"
            )
        name = _with_port(origin)
        names.update((name, f"{name.removesuffix(':443')}:80") if name.endswith(":443") else (name,))
    return frozenset(names | {_with_port(f"{name}:{port}") for name in _own_names(host)})


def refusal(request: HTTPServerRequest, names: frozenset[str]) -> Refusal | None:
    """HTTP status and reason for refusing a request; None if it is allowed.

    Another website can make a visitor's browser send requests here with its own name (DNS rebinding), so both
    the requested name (of `allowed_names`) and the requesting page are checked.
    """
    if not is_allowed(request.host, names):
        return 403, "unknown server name; start the server with --origin HOST:PORT"
    origins = [*request.headers.get_list("Origin"), *request.headers.get_list("Sec-Websocket-Origin")]
    if not all(_is_own(origin, names) for origin in origins):
        return 403, "request from another website; use the pages of this server"
    if _CONTROL.search(request.uri or ""):
        return 400, "the address contains control characters"
    if any(name in request.arguments for name in _SESSION) or "Bokeh-Session-Id" in request.headers:
        return 403, "invalid session; load the page by its plain address"
    if request.path.endswith(_UNUSED):
        return 404, "no such page; go to the start page"
    return None


def is_allowed(host: str, names: frozenset[str]) -> bool:
    """Whether a Host header names this server."""
    return _NAME.fullmatch(host.lower()) is not None and _with_port(host) in names


def _is_own(origin: str, names: frozenset[str]) -> bool:
    try:
        address = urlsplit(origin)
    except ValueError:
        return False
    return address.scheme in ("http", "https") and is_allowed(address.netloc, names)


def _with_port(name: str) -> str:
    return name.lower() if re.search(r":[0-9]+$", name) else f"{name.lower()}:80"


def _own_names(host: str) -> set[str]:
    if host in LOOPBACK:
        return {"localhost", "127.0.0.1", "[::1]"}
    if host in ("0.0.0.0", "::"):  # noqa: S104 - only compared
        return {"localhost", "127.0.0.1", "[::1]", socket.gethostname(), socket.getfqdn()}
    return {f"[{host}]" if ":" in host else host}


def send_refusal(handler: RequestHandler, status: int, text: str) -> None:
    """Answer with a status and a line, and close the connection, because the body may not be read."""
    handler.set_status(status)
    handler.set_header("Content-Type", "text/plain; charset=utf-8")
    handler.set_header("Connection", "close")
    handler.finish(text)


@stream_request_body
class RefusedHandler(RequestHandler):
    """Answers with a status and a line, before the body is read."""

    def initialize(self, status: int, text: str) -> None:
        """Store the answer."""
        self._status, self._text = status, text

    def check_xsrf_cookie(self) -> None:
        """Not needed for a refusal."""

    def prepare(self) -> None:
        """Send the answer."""
        send_refusal(self, self._status, self._text)

    def data_received(self, chunk: bytes) -> None:
        """Ignore the body."""


class SecurityHeaders(OutputTransform):
    """Security headers of every response: allowed sources, and no framing."""

    def __init__(self, request: HTTPServerRequest) -> None:
        host = request.host.lower()
        # by name, because in some browsers 'self' does not include websockets
        self._policy = _POLICY.format(host=host) if _NAME.fullmatch(host) else "default-src 'none'"

    def transform_first_chunk(
        self,
        status_code: int,
        headers: HTTPHeaders,
        chunk: bytes,
        finishing: bool,  # noqa: ARG002 - tornado's signature
    ) -> tuple[int, HTTPHeaders, bytes]:
        """Add the headers."""
        headers["Content-Security-Policy"] = self._policy
        headers["X-Content-Type-Options"] = "nosniff"
        headers["X-Frame-Options"] = "DENY"
        headers["Referrer-Policy"] = "same-origin"
        headers.pop("Access-Control-Allow-Origin", None)
        return status_code, headers, chunk
