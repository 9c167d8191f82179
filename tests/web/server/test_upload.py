"""Uploads: whole files within the limits, or nothing."""

from __future__ import annotations

import socket

import pytest

from helpers.web_requests import announce, open_page, put, wait_until
from napari_devolearn.web.server.limits import Limits
from napari_devolearn.web.server.site import Site


def test_an_upload_above_a_limit_is_refused_before_it_is_read(served) -> None:
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


def test_an_incomplete_upload_is_deleted(serve) -> None:
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


def test_the_number_of_uploads_per_page_is_limited(serve, movie_tif) -> None:
    served = serve(Site(Limits(uploads=1)))
    token, body = open_page(served), movie_tif.read_bytes()
    assert put(served, token, "boxes.tif", body) == (200, "")
    assert put(served, token, "boxes.tif", body)[0] == 429
    kept = list(served.site.visits.root.rglob("boxes.tif"))
    assert [path.read_bytes() for path in kept] == [body]
    served.site.visits.close(served.site.visits.find(token))
    assert not kept[0].exists()


@pytest.mark.parametrize("length", ["abc", "-1", "1e3", "9" * 40])
def test_an_impossible_length_is_refused_without_a_traceback(served, caplog, length: str) -> None:
    token = open_page(served)
    with socket.create_connection(("127.0.0.1", served.port), timeout=30) as one:
        one.sendall(announce(token, length, served.port) + b"II")
        assert one.makefile("rb").readline().split()[1] == b"400"
    assert not [record for record in caplog.records if record.exc_info]


def test_frames_of_a_movie_must_arrive_in_order(serve) -> None:
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
