from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from helpers.browsing import calibrate, run, save, visit
from helpers.contacts import Watch, watch


@pytest.fixture
def watched(tmp_path: Path) -> Watch:
    """Notes whom processes of its environment contact."""
    (tmp_path / "watch").mkdir()
    return watch(tmp_path / "watch")


@pytest.fixture
def address(watched, tmp_path) -> Iterator[str]:
    """Of a server with the shipped models, in a process of its own."""
    code = "from napari_devolearn.cli import main; raise SystemExit(main(['serve', '--port', '0']))"
    with subprocess.Popen(
        [sys.executable, "-c", code], env=watched.environment, stdout=subprocess.PIPE, text=True
    ) as server:
        assert server.stdout is not None
        try:
            yield server.stdout.readline().split()[0].rstrip("/")
        finally:
            server.terminate()


def test_a_visit_contacts_no_other_server(page, address, movie_tif, watched, tmp_path) -> None:
    page.set_default_timeout(120_000)  # a process that begins to import everything, on a busy machine
    visit(page, address, "nucleus", movie_tif)
    calibrate(page, "1", "0.2", "0.2")
    run(page, "Find nuclei")
    assert save(page, "labels.ome.tif", tmp_path).stat().st_size > 0
    assert any("127.0.0.1" in line for line in watched.contacts())
    assert watched.others() == []


@pytest.mark.parametrize(
    "call",
    [
        "socket.create_connection(('192.0.2.1', 9), timeout=0.01)",
        "socket.socket(type=socket.SOCK_DGRAM).sendto(b'', ('192.0.2.1', 9))",
        "socket.getaddrinfo('devolearn.invalid', 443)",
    ],
)
def test_a_contact_with_another_server_is_detected(watched, call) -> None:
    code = f"import socket; {call}"
    subprocess.run(
        [sys.executable, "-c", code], env=watched.environment, stderr=subprocess.DEVNULL, check=False
    )
    assert watched.others() != []
