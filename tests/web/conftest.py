"""A server on the loopback address, with models that need no network, and a real browser to look at it."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from helpers.bright_model import SPEC, BrightModel, bright_movie
from helpers.counting_model import CountingModel
from helpers.files.ctc_folders import write_tif

pytest.importorskip("bokeh", reason="the browser view needs the extra web")

from napari_devolearn.web.serve import start_server
from napari_devolearn.web.server.limits import Limits
from napari_devolearn.web.server.site import Site

if TYPE_CHECKING:
    from playwright.sync_api import BrowserContext, Page

    from napari_devolearn.web.server.application import PageServer

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def load_fake(name: str, device: str) -> Any:
    """A counting model for lineages; what is bright is an object for all others."""
    return CountingModel() if name == "lineage" else BrightModel(spec=replace(SPEC, name=name))


@dataclass
class Served:
    """A server that runs in a thread."""

    url: str
    site: Site
    server: PageServer

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])


@pytest.fixture(autouse=True)
def pillow_keeps_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    """The decoder, a process of its own, removes it; tests call parts of the decoder in their own process."""
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", Image.MAX_IMAGE_PIXELS)


@pytest.fixture
def serve() -> Iterator[Callable[..., Served]]:
    """Start servers, with choices as of `start_server`; all are stopped at the end."""
    stops: list[Callable[[], None]] = []

    def start(site: Site, **choices: Any) -> Served:
        ready, made = threading.Event(), []

        def run() -> None:
            asyncio.set_event_loop(asyncio.new_event_loop())
            made.append(start_server(site, **choices))
            ready.set()
            made[0].io_loop.start()

        thread = threading.Thread(target=run)
        thread.start()
        assert ready.wait(20)

        def stop() -> None:
            made[0].io_loop.add_callback(made[0].io_loop.stop)
            thread.join(20)
            site.close()

        stops.append(stop)
        return Served(f"http://127.0.0.1:{made[0].port}", site, made[0])

    yield start
    for stop in stops:
        stop()


@pytest.fixture
def fake_site() -> Site:
    """Small limits, and models without a network."""
    return Site(Limits(upload_bytes=1_000_000, pixel_bytes=4_000_000, visits=4), load=load_fake)


@pytest.fixture
def served(serve: Callable[..., Served], fake_site: Site) -> Served:
    """A server of `fake_site`."""
    return serve(fake_site)


@pytest.fixture(scope="session")
def proxy_port() -> int:
    """Where the browser goes for port 443 of devolearn.example.org, which only root may listen on."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


@pytest.fixture(scope="session")
def chromium(proxy_port: int) -> Iterator[BrowserContext]:
    """A headless browser of this machine, which loads the framework's scripts once."""
    sync = pytest.importorskip("playwright.sync_api", reason="needs playwright, of the dependency group test")
    path = next(filter(None, map(shutil.which, BROWSERS)), None)
    if path is None:
        pytest.skip("no Chromium on this machine; install the package chromium")
    with sync.sync_playwright() as playwright:
        named = f"--host-resolver-rules=MAP devolearn.example.org:443 127.0.0.1:{proxy_port}"
        options = ["--no-sandbox", "--disable-gpu", named]
        browser = playwright.chromium.launch(executable_path=path, args=options)
        yield browser.new_context(viewport={"width": 1400, "height": 1000})
        browser.close()


@pytest.fixture
def page(chromium: BrowserContext) -> Iterator[Page]:
    """An empty page of its own; 30 s for everything, since the machine may be busy."""
    page = chromium.new_page()
    page.set_default_timeout(30_000)
    yield page
    page.close()


@pytest.fixture
def movie_tif(tmp_path: Path) -> Path:
    """`bright_movie` of 3 frames, (3, 4, 24, 32), in a tif that says nothing of its voxels."""
    return write_tif(tmp_path / "boxes.tif", bright_movie(3), metadata={"axes": "TZYX"}, imagej=True)


@pytest.fixture
def bomb_png(tmp_path: Path) -> Path:
    """A picture of a few kB whose 100 million pixels are all black."""
    from PIL import Image

    path = tmp_path / "bomb.png"
    Image.fromarray(np.zeros((10_000, 10_000), np.uint8)).save(path, optimize=False, compress_level=1)
    assert path.stat().st_size < 1_000_000
    return path
