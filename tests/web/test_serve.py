from __future__ import annotations

import re
import socket
import urllib.request
from urllib.error import HTTPError

import pytest

from helpers.web_requests import get, load_page, open_page, put, shake_hands, wait_until
from napari_devolearn.exceptions import ServerError
from napari_devolearn.models.registry import bundled_models
from napari_devolearn.web.serve import start_server
from napari_devolearn.web.server.limits import Limits
from napari_devolearn.web.server.site import Site


def test_each_model_has_a_page_without_external_resources(served) -> None:
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


@pytest.mark.parametrize(
    "name", ["labels.ome.tif", "../../../etc/passwd", "..%2f..%2fetc%2fpasswd", "pixels.npy"]
)
def test_only_complete_results_of_a_visit_can_be_downloaded(served, name) -> None:
    token = open_page(served)
    for path in (f"results/{token}/{name}", f"results/nobody/{name}", f"assets/../{name}"):
        with pytest.raises(HTTPError) as caught:
            get(f"{served.url}/{path}")
        assert caught.value.code in (403, 404, 409)


def test_a_full_server_refuses_visits_until_one_ends(served) -> None:
    tokens = [open_page(served) for _ in range(4)]
    assert "all 4 pages of this server are in use" in get(f"{served.url}/nucleus")
    with urllib.request.urlopen(f"{served.url}/leave/{tokens[0]}", data=b"", timeout=30):
        pass
    assert open_page(served, "membrane") not in tokens


def test_only_loopback_is_served_and_a_used_port_is_reported(served) -> None:
    with pytest.raises(OSError, match=r"refused|unreachable|timed out"):
        socket.create_connection(("127.0.0.2", served.port), timeout=2)
    site = Site(Limits())
    with pytest.raises(ServerError, match=f"port {served.port}: cannot listen"):
        start_server(site, port=served.port)
    site.close()


def test_a_visit_that_never_connects_ends_and_its_files_are_deleted(served, monkeypatch, movie_tif) -> None:
    """As of a browser that crashed, which can send no farewell."""
    context = next(iter(served.server._tornado._applications.values()))
    token = open_page(served, served.site.models[0].spec.name)
    assert put(served, token, "boxes.tif", movie_tif.read_bytes())[0] == 200
    session = next(iter(context._sessions.values()))
    monkeypatch.setattr(session, "_last_unsubscribe_time", -1e6)
    visits = served.site.visits
    wait_until(lambda: not len(visits) and not list(visits.root.rglob("boxes.tif")))


def test_pages_without_a_websocket_do_not_count_as_visits(served) -> None:
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


def test_a_page_connecting_to_a_full_server_gets_a_message(serve) -> None:
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


LONG = "assets/" + "a" * 3000


@pytest.mark.parametrize(
    "path", ["assets/%00", "assets/a%00.css", "static/%00", "results/%00/x", "%00", "assets/%ff", LONG]
)
def test_an_impossible_address_is_refused_without_a_traceback(served, caplog, path: str) -> None:
    with pytest.raises(HTTPError) as caught:
        get(f"{served.url}/{path}")
    assert caught.value.code in (400, 403, 404)
    assert not [record for record in caplog.records if record.exc_info]
