"""What the server answers, without a browser: pages, uploads that break the limits, and results."""

from __future__ import annotations

import http.client
import re
import socket
import time
import urllib.request
from urllib.error import HTTPError

import pytest
from bokeh.server.util import check_allowlist

from napari_devolearn.exceptions import ServerError
from napari_devolearn.models.registry import bundled_models
from napari_devolearn.web.serve import allowed_origins, start_server
from napari_devolearn.web.server.limits import Limits
from napari_devolearn.web.server.site import Site


def get(url: str) -> str:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return answer.read().decode()


def open_page(served, name: str = "nucleus") -> str:
    """Open a page as a browser does first; the visit's token."""
    return re.search(r'data-token="([\w-]+)"', get(f"{served.url}/{name}")).group(1)


def put(served, token: str, name: str, body: bytes, **headers: str) -> tuple[int, str]:
    connection = http.client.HTTPConnection("127.0.0.1", served.port, timeout=30)
    connection.request("PUT", f"/upload/{token}?name={name}", body, headers)
    answer = connection.getresponse()
    said = answer.status, answer.read().decode()
    connection.close()
    return said


def announce(token: str, size: int) -> bytes:
    """The head of an upload."""
    return f"PUT /upload/{token}?name=a.tif HTTP/1.1\r\nHost: x\r\nContent-Length: {size}\r\n\r\n".encode()


def test_there_is_a_page_for_each_model_and_nothing_comes_from_outside(served) -> None:
    pages = [get(f"{served.url}/")]
    for files in bundled_models():
        assert f'href="{files.spec.name}"' in pages[0]
    pages.append(get(f"{served.url}/nucleus"))
    style = get(f"{served.url}/assets/style.css") + get(f"{served.url}/assets/parts.css")
    for text in pages:
        assert "default-src 'self'" in text
        addresses = re.findall(r'(?:src|href)="([^"]*)"', text)
        assert addresses
        assert not [one for one in addresses if "//" in one]
    assert "url(" not in style
    assert "@import" not in style


def test_an_upload_that_breaks_a_limit_is_refused_before_its_bytes_are_read(served) -> None:
    token = open_page(served)
    assert put(served, "nobody", "a.tif", b"II")[0] == 410
    status, told = put(served, token, "a.exe", b"MZ")
    assert (status, told.startswith("a.exe: is of no kind that is taken here")) == (415, True)
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as one:
        one.sendall(announce(token, 2_000_000_000))
        answer = one.makefile("rb").read().decode()
    assert " 413 " in answer
    assert "a.tif: has 2,000 MB; up to 1 MB are taken here" in answer
    assert not list(served.site.visits.root.rglob("a.tif"))


def test_a_file_whose_sender_leaves_or_never_ends_is_dropped(serve) -> None:
    served = serve(Site(Limits(upload_seconds=0.5, upload_bytes=1_000_000)))
    token = open_page(served)
    folder = served.site.visits.root
    for patient in (False, True):
        with socket.create_connection(("127.0.0.1", served.port), timeout=30) as one:
            one.sendall(announce(token, 900_000) + b"II")
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
    assert "all 4 places on this server are taken" in get(f"{served.url}/nucleus")
    with urllib.request.urlopen(f"{served.url}/leave/{tokens[0]}", data=b"", timeout=30):
        pass
    assert open_page(served, "membrane") not in tokens


def test_only_loopback_answers_and_a_taken_port_is_told(served) -> None:
    with pytest.raises(OSError, match=r"refused|unreachable|timed out"):
        socket.create_connection(("127.0.0.2", served.port), timeout=2)
    site = Site(Limits())
    with pytest.raises(ServerError, match=f"port {served.port}: cannot listen there"):
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


def test_a_name_of_https_is_known_as_browsers_send_it() -> None:
    known = allowed_origins(["devolearn.example.org:443"], "127.0.0.1", 5006)
    for origin, is_known in (
        ("devolearn.example.org", True),
        ("127.0.0.1:5006", True),
        ("127.0.0.1", False),
        ("elsewhere.example.org", False),
    ):
        assert check_allowlist(origin, known) is is_known


def test_frames_of_a_movie_come_one_after_the_other_or_not_at_all(serve) -> None:
    served = serve(Site(Limits(upload_bytes=1000, frames=3)))
    token, folder = open_page(served), served.site.visits.root

    def send(name: str, part: int, count: int = 2, size: int = 10) -> tuple[int, str]:
        return put(served, f"{token}", f"{name}&part={part}&of={count}", b"x" * size)

    assert send("b.tif", 1)[0] == 409
    assert send("a.tif", 0)[0] == 200
    assert send("a.tif", 1)[1].startswith("a.tif: comes twice")
    assert send("b.tif", 1, size=995)[0] == 413  # 10 bytes of 1000 are here
    assert send("b.mp4", 1)[1].startswith("b.mp4: is no frame of a movie")
    assert send("a.tif", 0, count=4)[1].startswith("4 files: up to 3 are taken")
    assert [path.name for path in folder.rglob("*.tif")] == ["a.tif"]
    assert send("c.tif", 0)[0] == 200  # begins anew
    assert [path.name for path in folder.rglob("*.tif")] == ["c.tif"]
    assert send("d.tif", 1) == (
        422,
        "frames/c.tif: is not a TIFF file, whatever its name says; save the image as TIFF",
    )
    assert not list(folder.rglob("*.tif"))
