from __future__ import annotations

import getpass
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from helpers.browsing import calibrate, run, save, visit
from napari_devolearn.io.ctc.masks import read_labels

DOCS = Path(__file__).parents[2] / "docs" / "how-to" / "browser.md"
NGINX = shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin:/opt/homebrew/bin")
PARTS = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")

pytestmark = pytest.mark.skipif(
    NGINX is None or shutil.which("openssl") is None,
    reason="no nginx or no openssl on this machine; install the packages nginx and openssl",
)


def documented(folder: Path, port: int, server: int, prefix: str) -> str:
    """The lines of the page with other ports and paths, in a configuration that needs no rights."""
    (block,) = re.findall(r"```text\n(server \{.*?)```", DOCS.read_text("utf-8"), re.DOTALL)
    for old, new in {
        "listen 443 ssl": f"listen 127.0.0.1:{port} ssl",
        "/etc/ssl/": f"{folder}/",
        "/etc/nginx/": f"{folder}/",
        "127.0.0.1:5006": f"127.0.0.1:{server}",
        "location / {": f"location {prefix}/ {{",
    }.items():
        assert old in block
        block = block.replace(old, new)
    places = "".join(f"{part}_temp_path {folder}/{part};\n" for part in PARTS)
    return (
        f"user {getpass.getuser()};\ndaemon off;\npid {folder}/pid;\nerror_log {folder}/errors.log;\n"
        f"events {{}}\nhttp {{\naccess_log off;\n{places}{block}}}\n"
    )


@pytest.fixture
def proxy(tmp_path: Path, proxy_port: int) -> Iterator[Callable[[int, str], None]]:
    """Start nginx before a server's port and path."""
    key = ["-newkey", "rsa:2048", "-nodes", "-keyout", "devolearn.key", "-out", "devolearn.pem"]
    ask = ["openssl", "req", "-x509", *key, "-subj", "/CN=devolearn.example.org"]
    subprocess.run(ask, cwd=tmp_path, check=True, capture_output=True)
    (tmp_path / "lab.htpasswd").write_text("ann:{PLAIN}secret\n")
    running: list[subprocess.Popen[bytes]] = []

    def start(server: int, prefix: str) -> None:
        lines, pid = tmp_path / "nginx.conf", tmp_path / "pid"
        lines.write_text(documented(tmp_path, proxy_port, server, prefix))
        running.append(subprocess.Popen([str(NGINX), "-e", str(tmp_path / "errors.log"), "-c", str(lines)]))
        latest = time.monotonic() + 20
        while not (pid.exists() and pid.read_text()):
            assert time.monotonic() < latest
            assert running[0].poll() is None, (tmp_path / "errors.log").read_text()
            time.sleep(0.02)

    yield start
    for process in running:
        process.terminate()
        process.wait(20)


@pytest.mark.parametrize("prefix", ["", "/embryos"])
def test_a_visit_through_the_documented_proxy(
    chromium, serve, fake_site, proxy, movie_tif, tmp_path, prefix
) -> None:
    served = serve(fake_site, origins=["devolearn.example.org:443"], prefix=prefix)
    proxy(served.port, prefix)
    who = {"username": "ann", "password": "secret"}
    with chromium.browser.new_context(ignore_https_errors=True, http_credentials=who) as context:
        page = context.new_page()
        page.set_default_timeout(30_000)
        visit(page, f"https://devolearn.example.org{prefix}", "nucleus", movie_tif)
        calibrate(page, "1", "0.5", "0.5")
        run(page, "Find nuclei")
        assert read_labels(save(page, "labels.ome.tif", tmp_path)).shape == (3, 4, 24, 32)
        page.get_by_role("link", name="napari-devolearn").click()
        page.get_by_role("link", name="Neurons").wait_for()
