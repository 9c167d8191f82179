"""Who is served: own names, and sessions that this server signed."""

from __future__ import annotations

import base64
import json
import urllib.request
from urllib.error import HTTPError

import pytest

from helpers.web_requests import get, load_page, open_page, put, shake_hands
from napari_devolearn.exceptions import ServerError
from napari_devolearn.web.serve import start_server


@pytest.mark.parametrize("known", [True, False])
def test_sessions_are_never_shared(served, known: bool) -> None:
    """A link with a session's name in it would let its sender see what the visitor brings."""
    _, token = load_page(served)
    payload = token.partition(".")[0]
    name = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["session_id"]
    for words in (f"bokeh-session-id={name if known else 'X'}", f"bokeh-token={token if known else 'X'}"):
        with pytest.raises(HTTPError, match="403"):
            get(f"{served.url}/nucleus?{words}")
    with pytest.raises(HTTPError, match="403"):
        get(urllib.request.Request(f"{served.url}/nucleus", headers={"Bokeh-Session-Id": name}))


def test_a_websocket_with_a_forged_token_is_refused(served) -> None:
    from bokeh.util.token import generate_jwt_token, generate_session_id

    made = generate_jwt_token(generate_session_id(signed=False), signed=False)
    for token in (made, load_page(served)[1][:-4] + "xxxx"):
        _, connection = shake_hands(served, token)
        while connection.recv(4096):
            pass  # the server hangs up
        connection.close()
    assert len(served.site.visits) == 0


def handshake_status(served, **names: str) -> int:
    """HTTP status of opening the websocket of a new page with these names of host and origin."""
    status, connection = shake_hands(served, load_page(served)[1], **names)
    connection.close()
    return status


HOSTS = ("evil.example:{port}", "evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}")


@pytest.mark.parametrize("host", HOSTS)
def test_an_unknown_host_name_is_always_refused(served, host: str) -> None:
    """DNS rebinding: the browser sends the evil name as Host and as Origin."""
    host = host.format(port=served.port)
    token, _ = load_page(served)
    open_page(served)
    assert handshake_status(served, host=host) == 403
    for path in ("/", "/nucleus", "/assets/style.css", "/static/js/bokeh.min.js", f"/results/{token}/x"):
        with pytest.raises(HTTPError, match="403"):
            get(urllib.request.Request(f"{served.url}{path}", headers={"Host": host}))
    assert put(served, token, "a.tif", b"II", Host=host)[0] == 403


ORIGINS = ("http://evil.example", "http://evil.example:{port}", "null", "http://[", "file://")


@pytest.mark.parametrize("origin", [*ORIGINS, "ws://127.0.0.1:{port}"])
def test_a_page_of_another_website_is_refused(served, origin: str) -> None:
    origin = origin.format(port=served.port)
    assert handshake_status(served, origin=origin) == 403
    token = open_page(served)
    assert put(served, token, "a.tif", b"II", Origin=origin)[0] == 403
    with pytest.raises(HTTPError, match="403"):
        get(urllib.request.Request(f"{served.url}/leave/{token}", b"", {"Origin": origin}))
    assert served.site.visits.find(token)


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
def test_own_host_names_are_accepted(served, host: str) -> None:
    host = host.format(port=served.port)
    assert handshake_status(served, host=host) == 101
    assert "Nuclei" in get(urllib.request.Request(f"{served.url}/", headers={"Host": host}))


def test_the_host_name_of_a_proxy_is_accepted(serve, fake_site) -> None:
    served = serve(fake_site, origins=["devolearn.example.org:443", "lab.example.org:8080"])
    for host, origin, expected in (
        ("devolearn.example.org", "https://devolearn.example.org", 101),
        (f"127.0.0.1:{served.port}", "https://devolearn.example.org", 101),
        ("lab.example.org:8080", "http://lab.example.org:8080", 101),
        ("lab.example.org", "http://lab.example.org", 403),
        ("devolearn.example.org", "https://elsewhere.example.org", 403),
    ):
        assert handshake_status(served, host=host, origin=origin) == expected


def test_an_invalid_proxy_name_is_reported(fake_site) -> None:
    with pytest.raises(ServerError, match=r"--origin https://lab\.example\.org: give HOST:PORT"):
        start_server(fake_site, origins=["https://lab.example.org"])
    fake_site.close()


def test_every_response_has_a_content_security_policy(served) -> None:
    for path in ("/", "/nucleus", "/assets/upload.js", "/static/js/bokeh.min.js", "/nothing"):
        try:
            with urllib.request.urlopen(f"{served.url}{path}", timeout=30) as answer:
                headers = answer.headers
        except HTTPError as error:
            headers = error.headers
            error.close()
        policy = headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert f"connect-src 'self' ws://127.0.0.1:{served.port} wss://127.0.0.1:{served.port};" in policy
        assert not {"ws:", "wss:", "*"} & set(policy.replace(";", " ").split())
        assert headers["X-Frame-Options"] == "DENY"
