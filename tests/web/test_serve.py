"""What the server answers, without a browser: pages, uploads that break the limits, and results."""

from __future__ import annotations

import base64
import http.client
import json
import re
import socket
import time
import urllib.request
from urllib.error import HTTPError

import pytest

from napari_devolearn.exceptions import ServerError
from napari_devolearn.models.registry import bundled_models
from napari_devolearn.web.serve import start_server
from napari_devolearn.web.server.limits import Limits
from napari_devolearn.web.server.site import Site


def get(url: str | urllib.request.Request) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


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


def test_there_is_a_page_for_each_model_and_nothing_comes_from_outside(served) -> None:
    pages = [get(f"{served.url}/")]
    for files in bundled_models():
        assert f'href="{files.spec.name}"' in pages[0]
    pages.append(get(f"{served.url}/nucleus"))
    style = get(f"{served.url}/assets/style.css") + get(f"{served.url}/assets/parts.css")
    for text in pages:
        addresses = re.findall(r'(?:src|href)="([^"]*)"', text)
        assert addresses
        assert not [one for one in addresses if "//" in one]
    assert "url(" not in style
    assert "@import" not in style


def test_an_upload_that_breaks_a_limit_is_refused_before_its_bytes_are_read(served) -> None:
    token = open_page(served)
    assert put(served, "nobody", "a.tif", b"II")[0] == 410
    status, told = put(served, token, "a.exe", b"MZ")
    assert (status, told.startswith("a.exe: unsupported file type")) == (415, True)
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as one:
        one.sendall(announce(token, 2_000_000_000, served.port))
        answer = one.makefile("rb").read().decode()
    assert " 413 " in answer
    assert "a.tif: 2,000 MB; the limit is 1 MB" in answer
    assert not list(served.site.visits.root.rglob("a.tif"))


def test_a_file_whose_sender_leaves_or_never_ends_is_dropped(serve) -> None:
    served = serve(Site(Limits(upload_seconds=0.5, upload_bytes=1_000_000)))
    token = open_page(served)
    folder = served.site.visits.root
    for patient in (False, True):
        with socket.create_connection(("127.0.0.1", served.port), timeout=30) as one:
            one.sendall(announce(token, 900_000, served.port) + b"II")
            wait_until(lambda: list(folder.rglob("a.tif")))
            if patient:
                assert one.recv(1000) == b""  # the server hangs up
        wait_until(lambda: not list(folder.rglob("a.tif")))


def test_a_page_takes_no_more_files_than_its_limit(serve, movie_tif) -> None:
    served = serve(Site(Limits(uploads=1)))
    token, body = open_page(served), movie_tif.read_bytes()
    assert put(served, token, "boxes.tif", body) == (200, "")
    assert put(served, token, "boxes.tif", body)[0] == 429
    kept = list(served.site.visits.root.rglob("boxes.tif"))
    assert [path.read_bytes() for path in kept] == [body]
    served.site.visits.close(served.site.visits.find(token))
    assert not kept[0].exists()


@pytest.mark.parametrize(
    "name", ["labels.ome.tif", "../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "pixels.npy"]
)
def test_nothing_but_whole_results_of_a_visit_is_given(served, name) -> None:
    token = open_page(served)
    for path in (f"results/{token}/{name}", f"results/nobody/{name}", f"assets/../{name}"):
        with pytest.raises(HTTPError) as caught:
            get(f"{served.url}/{path}")
        assert caught.value.code in (403, 404, 409)


def test_a_server_that_is_full_says_so_until_someone_leaves(served) -> None:
    tokens = [open_page(served) for _ in range(4)]
    assert "all 4 pages of this server are in use" in get(f"{served.url}/nucleus")
    with urllib.request.urlopen(f"{served.url}/leave/{tokens[0]}", data=b"", timeout=30):
        pass
    assert open_page(served, "membrane") not in tokens


def test_only_loopback_answers_and_a_taken_port_is_told(served) -> None:
    with pytest.raises(OSError, match=r"refused|unreachable|timed out"):
        socket.create_connection(("127.0.0.2", served.port), timeout=2)
    site = Site(Limits())
    with pytest.raises(ServerError, match=f"port {served.port}: cannot listen"):
        start_server(site, port=served.port)
    site.close()


def wait_until(true) -> None:
    latest = time.monotonic() + 20
    while not true():
        assert time.monotonic() < latest
        time.sleep(0.02)


def test_a_visit_whose_page_never_connects_ends_and_takes_its_files_along(
    served, monkeypatch, movie_tif
) -> None:
    """As of a browser that crashed, which can send no farewell."""
    context = next(iter(served.server._tornado._applications.values()))
    token = open_page(served, served.site.models[0].spec.name)
    assert put(served, token, "boxes.tif", movie_tif.read_bytes())[0] == 200
    session = next(iter(context._sessions.values()))
    monkeypatch.setattr(session, "_last_unsubscribe_time", -1e6)
    wait_until(lambda: not len(served.site.visits))
    assert not list(served.site.visits.root.rglob("boxes.tif"))


def test_pages_without_a_websocket_take_no_place(served) -> None:
    for _ in range(6):
        load_page(served)
    assert len(served.site.visits) == 0
    assert list(served.site.visits.root.glob("*/")) == []
    token, session = load_page(served)
    assert put(served, token, "a.tif", b"II")[0] == 410
    connections = [shake_hands(served, session)]
    wait_until(lambda: len(served.site.visits) == 1)
    connections += [shake_hands(served, session)]
    assert [status for status, _ in connections] == [101, 101]
    assert len(served.site.visits) == 1
    for _, connection in connections:
        connection.close()


def test_a_page_that_connects_when_all_places_are_taken_is_told(serve) -> None:
    served = serve(Site(Limits(visits=1)))
    early, late = load_page(served), load_page(served)
    open_page(served)
    (context,) = [one for one in served.server._tornado._applications.values() if one.sessions]
    connection = shake_hands(served, late[1])[1]
    wait_until(
        lambda: [
            message
            for session in context.sessions
            if "pages of this server" in (message := session.document.get_model_by_name("message").text)
        ]
    )
    connection.close()
    for token, _ in (early, late):
        assert served.site.visits.find(token) is None


@pytest.mark.parametrize("known", [True, False])
def test_a_session_is_never_that_of_somebody_else(served, known: bool) -> None:
    """A link with a session's name in it would let its sender see what the visitor brings."""
    _, token = load_page(served)
    payload = token.partition(".")[0]
    name = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))["session_id"]
    for words in (f"bokeh-session-id={name if known else 'X'}", f"bokeh-token={token if known else 'X'}"):
        with pytest.raises(HTTPError, match="403"):
            get(f"{served.url}/nucleus?{words}")
    with pytest.raises(HTTPError, match="403"):
        get(urllib.request.Request(f"{served.url}/nucleus", headers={"Bokeh-Session-Id": name}))


def test_a_websocket_whose_token_this_server_did_not_sign_opens_no_visit(served) -> None:
    from bokeh.util.token import generate_jwt_token, generate_session_id

    made = generate_jwt_token(generate_session_id(signed=False), signed=False)
    for token in (made, load_page(served)[1][:-4] + "xxxx"):
        _, connection = shake_hands(served, token)
        while connection.recv(4096):
            pass  # the server hangs up
        connection.close()
    assert len(served.site.visits) == 0


HOSTS = ("evil.example:{port}", "evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:{port}")


@pytest.mark.parametrize("host", HOSTS)
def test_a_foreign_name_is_refused_for_everything(served, host: str) -> None:
    """DNS rebinding: the browser sends the evil name as Host and as Origin."""
    host = host.format(port=served.port)
    token, session = load_page(served)
    open_page(served)
    status, connection = shake_hands(served, session, host=host)
    connection.close()
    assert status == 403
    for path in ("/", "/nucleus", "/assets/style.css", "/static/js/bokeh.min.js", f"/results/{token}/x"):
        with pytest.raises(HTTPError, match="403"):
            get(urllib.request.Request(f"{served.url}{path}", headers={"Host": host}))
    assert put(served, token, "a.tif", b"II", Host=host)[0] == 403


ORIGINS = ("http://evil.example", "http://evil.example:{port}", "null", "http://[", "file://")


@pytest.mark.parametrize("origin", [*ORIGINS, "ws://127.0.0.1:{port}"])
def test_a_page_of_elsewhere_is_refused(served, origin: str) -> None:
    origin = origin.format(port=served.port)
    _, session = load_page(served)
    status, connection = shake_hands(served, session, origin=origin)
    connection.close()
    assert status == 403
    token = open_page(served)
    assert put(served, token, "a.tif", b"II", Origin=origin)[0] == 403
    with pytest.raises(HTTPError, match="403"):
        get(urllib.request.Request(f"{served.url}/leave/{token}", b"", {"Origin": origin}))
    assert served.site.visits.find(token)


@pytest.mark.parametrize("host", ["127.0.0.1:{port}", "localhost:{port}", "LOCALHOST:{port}", "[::1]:{port}"])
def test_own_names_are_served(served, host: str) -> None:
    host = host.format(port=served.port)
    _, session = load_page(served)
    status, connection = shake_hands(served, session, host=host)
    connection.close()
    assert status == 101
    assert "Nuclei" in get(urllib.request.Request(f"{served.url}/", headers={"Host": host}))


def test_the_name_of_a_proxy_is_served_as_browsers_send_it(serve, fake_site) -> None:
    served = serve(fake_site, origins=["devolearn.example.org:443", "lab.example.org:8080"])
    for host, origin, expected in (
        ("devolearn.example.org", "https://devolearn.example.org", 101),
        (f"127.0.0.1:{served.port}", "https://devolearn.example.org", 101),
        ("lab.example.org:8080", "http://lab.example.org:8080", 101),
        ("lab.example.org", "http://lab.example.org", 403),
        ("devolearn.example.org", "https://elsewhere.example.org", 403),
    ):
        status, connection = shake_hands(served, load_page(served)[1], host=host, origin=origin)
        connection.close()
        assert status == expected


def test_a_name_of_a_proxy_that_is_none_is_told(fake_site) -> None:
    with pytest.raises(ServerError, match=r"--origin https://lab\.example\.org: give HOST:PORT"):
        start_server(fake_site, origins=["https://lab.example.org"])
    fake_site.close()


@pytest.mark.parametrize("length", ["abc", "-1", "1e3", "9" * 40])
def test_an_impossible_length_is_refused_without_a_traceback(served, caplog, length: str) -> None:
    token = open_page(served)
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as one:
        one.sendall(announce(token, length, served.port) + b"II")
        assert one.makefile("rb").readline().split()[1] == b"400"
    assert not [record for record in caplog.records if record.exc_info]


LONG = "assets/" + "a" * 3000


@pytest.mark.parametrize(
    "path", ["assets/%00", "assets/a%00.css", "static/%00", "results/%00/x", "%00", "assets/%ff", LONG]
)
def test_an_impossible_address_is_refused_without_a_traceback(served, caplog, path: str) -> None:
    with pytest.raises(HTTPError) as caught:
        get(f"{served.url}/{path}")
    assert caught.value.code in (400, 403, 404)
    assert not [record for record in caplog.records if record.exc_info]


def test_every_answer_says_what_a_page_may_contact_and_that_none_may_frame_it(served) -> None:
    for path in ("/", "/nucleus", "/assets/upload.js", "/static/js/bokeh.min.js", "/nothing"):
        try:
            with urllib.request.urlopen(f"{served.url}{path}", timeout=30) as answer:
                headers = answer.headers
        except HTTPError as error:
            headers = error.headers
        policy = headers["Content-Security-Policy"]
        assert "frame-ancestors 'none'" in policy
        assert f"connect-src 'self' ws://127.0.0.1:{served.port} wss://127.0.0.1:{served.port};" in policy
        assert not {"ws:", "wss:", "*"} & set(policy.replace(";", " ").split())
        assert headers["X-Frame-Options"] == "DENY"


def test_frames_of_a_movie_come_one_after_the_other_or_not_at_all(serve) -> None:
    served = serve(Site(Limits(upload_bytes=1000, frames=3)))
    token, folder = open_page(served), served.site.visits.root

    def send(name: str, part: int, count: int = 2, size: int = 10) -> tuple[int, str]:
        return put(served, f"{token}", f"{name}&part={part}&of={count}", b"x" * size)

    assert send("b.tif", 1)[0] == 409
    assert send("a.tif", 0)[0] == 200
    assert send("a.tif", 1)[1].startswith("a.tif: several files have this name")
    assert send("b.tif", 1, size=995)[0] == 413  # 10 bytes of 1000 are here
    assert send("b.mp4", 1)[1].startswith("b.mp4: not a frame of a movie")
    assert send("a.tif", 0, count=4)[1].startswith("4 files, but at most 3")
    assert [path.name for path in folder.rglob("*.tif")] == ["a.tif"]
    assert send("c.tif", 0)[0] == 200  # begins anew
    assert [path.name for path in folder.rglob("*.tif")] == ["c.tif"]
    assert send("d.tif", 1) == (
        422,
        "frames/c.tif: not a TIFF file, despite its name; save the image as TIFF",
    )
    assert not list(folder.rglob("*.tif"))
