"""Requests to the browser view without a browser."""

from __future__ import annotations

import http.client
import re
import socket
import time
import urllib.request
from urllib.error import HTTPError


def get(url: str | urllib.request.Request) -> str:
    try:
        with urllib.request.urlopen(url, timeout=30) as answer:
            return answer.read().decode()
    except HTTPError as error:
        error.close()  # else the garbage collector warns of its socket, in whichever test runs then
        raise


def load_page(served, name: str = "nucleus") -> tuple[str, str]:
    """Load a page; the tokens of its visit and of its websocket."""
    text = get(f"{served.url}/{name}")
    return tuple(re.search(rule, text).group(1) for rule in (r'data-token="([\w-]+)"', r'"token":"([^"]+)"'))


def open_page(served, name: str = "nucleus") -> str:
    """Load a page and connect its websocket for a moment; the visit's token."""
    token, session = load_page(served, name)
    status, connection = shake_hands(served, session, name)
    assert status == 101
    wait_until(lambda: served.site.visits.find(token))
    connection.close()
    return token


def shake_hands(
    served, session: str, name: str = "nucleus", host: str | None = None, origin: str | None = None
) -> tuple[int, socket.socket]:
    """Ask for a websocket as a browser does: the status, and what was connected."""
    host = host or f"127.0.0.1:{served.port}"
    head = {
        "Host": host,
        "Origin": origin or f"http://{host}",
        "Upgrade": "websocket",
        "Connection": "Upgrade",
        "Sec-WebSocket-Key": "MDEyMzQ1Njc4OWFiY2RlZg==",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": f"bokeh, {session}",
    }
    connection = socket.create_connection(("127.0.0.1", served.port), timeout=30)
    lines = "".join(f"{field}: {text}\r\n" for field, text in head.items())
    connection.sendall(f"GET /{name}/ws HTTP/1.1\r\n{lines}\r\n".encode())
    return int(connection.recv(12).split()[1]), connection


def put(served, token: str, name: str, body: bytes, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    connection.request("PUT", f"/upload/{token}?name={name}", body, headers)
    answer = connection.getresponse()
    said = answer.status, answer.read().decode()
    connection.close()
    return said


def announce(token: str, size: int | str, port: int) -> bytes:
    """The head of an upload."""
    head = f"Host: 127.0.0.1:{port}\r\nContent-Length: {size}"
    return f"PUT /upload/{token}?name=a.tif HTTP/1.1\r\n{head}\r\n\r\n".encode()


def wait_until(true) -> None:
    latest = time.monotonic() + 20
    while not true():
        assert time.monotonic() < latest
        time.sleep(0.02)
