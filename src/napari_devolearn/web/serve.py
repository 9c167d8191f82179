"""The server: a page for each model, uploads and results, at one address."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from weakref import WeakKeyDictionary

from bokeh.application import Application
from bokeh.application.handlers.function import FunctionHandler
from bokeh.document import Document
from bokeh.layouts import column
from bokeh.settings import settings
from jinja2 import Environment, FileSystemLoader, select_autoescape
from tornado.ioloop import PeriodicCallback
from tornado.web import StaticFileHandler

from napari_devolearn.exceptions import ServerError
from napari_devolearn.inference.params import outputs_for
from napari_devolearn.models.registry import ModelFiles
from napari_devolearn.web.pages.page import Page
from napari_devolearn.web.pages.population_page import PopulationPage
from napari_devolearn.web.pages.segment_page import SegmentPage
from napari_devolearn.web.server.application import PageServer
from napari_devolearn.web.server.handlers import LeaveHandler, ResultHandler, SiteHandler
from napari_devolearn.web.server.site import Site
from napari_devolearn.web.server.upload import SUFFIXES, UploadHandler
from napari_devolearn.web.server.visit import Visit
from napari_devolearn.web.topics import topic_of

Pages = WeakKeyDictionary[Document, Visit]

_HERE = Path(__file__).parent
_TEMPLATES = Environment(loader=FileSystemLoader(_HERE / "templates"), autoescape=select_autoescape())
_MESSAGE_BYTES = 1 << 20  # of the websocket, which carries no files
_IDLE_CHECK = 2000  # ms
_UNCONNECTED_LIFETIME = 15_000  # ms, for a page without a connection; enough for a slow browser

_UNUSED = ("bokeh-gl", "bokeh-mathjax")
"""Bokeh scripts that are not needed here, two thirds of the total size: WebGL and formulas."""


def _needed(scripts: str) -> str:
    return "\n".join(line for line in scripts.splitlines() if not any(name in line for name in _UNUSED))


_TEMPLATES.filters["needed"] = _needed


def start_server(
    site: Site, *, host: str = "127.0.0.1", port: int = 0, origins: Sequence[str] = (), prefix: str = ""
) -> PageServer:
    """Start the server; pages are served while its ``io_loop``, that of the caller's thread, runs.

    `host`: address to listen on.
    `port`: 0 for any free port.
    `origins`: ``HOST:PORT`` of the server in browsers, if not its own address.
    `prefix`: path of the server behind a proxy.
    Raises ServerError if it cannot listen there, or a name in `origins` is invalid.
    """
    settings.resources = "server"  # scripts and styles come from this server only
    shared = {"site": site}
    pages: Pages = WeakKeyDictionary()
    try:
        server = PageServer(
            {
                f"/{files.spec.name}": Application(FunctionHandler(partial(_make_page, site, files, pages)))
                for files in site.models
            },
            host=host,
            port=port,
            origins=origins,
            prefix=prefix,
            on_connect=partial(_open_visit, site, pages),
            websocket_max_message_size_bytes=_MESSAGE_BYTES,
            check_unused_sessions_milliseconds=_IDLE_CHECK,
            unused_session_lifetime_milliseconds=_UNCONNECTED_LIFETIME,
            extra_patterns=[
                ("/", HomeHandler, shared),
                (r"/upload/([\w-]+)", UploadHandler, shared),
                (r"/results/([\w-]+)/([\w.-]+)", ResultHandler, shared),
                (r"/leave/([\w-]+)", LeaveHandler, shared),
                ("/assets/(.*)", StaticFileHandler, {"path": str(_HERE / "static")}),
            ],
        )
    except OSError as error:
        raise ServerError(
            f"{host}, port {port}: cannot listen ({error.strerror}); choose another --port or --host"
        ) from error
    # log messages could contain names of visitors' files
    logging.getLogger("tornado.access").setLevel(logging.ERROR)
    server.start()
    PeriodicCallback(site.visits.close_idle, _IDLE_CHECK).start()
    return server


class HomeHandler(SiteHandler):
    """``GET /``: the list of pages."""

    def get(self) -> None:
        """Send the list."""
        pages = [
            {"name": files.spec.name, "topic": topic_of(files.spec), "description": files.spec.description}
            for files in self._site.models
        ]
        self.finish(_TEMPLATES.get_template("home.html").render(pages=pages, limits=self._site.limits))


def _open_visit(site: Site, pages: Pages, document: Document) -> None:
    """Begin the visit of a page when its websocket connects."""
    visit = pages.get(document)
    if visit is None:
        return
    try:
        site.visits.open(visit)
    except ServerError as error:
        if visit.page is not None:
            visit.page.show_message(str(error))


def _make_page(site: Site, files: ModelFiles, pages: Pages, document: Document) -> None:
    """Create the document of a new visitor."""
    topic = topic_of(files.spec)
    document.title = f"{topic.title} - napari-devolearn"
    document.template = _TEMPLATES.get_template("page.html")
    variables = {
        "topic": topic,
        "pages": [(one.spec.name, topic_of(one.spec)) for one in site.models],
        "name": files.spec.name,
        "limits": site.limits,
        "suffixes": ",".join(SUFFIXES),
    }
    try:
        visit = site.visits.expect()
    except ServerError as error:
        document.template_variables.update(variables, busy=str(error))
        return
    document.on_session_destroyed(lambda _context: site.visits.close(visit))
    kind: type[Page] = SegmentPage if outputs_for(files.spec.task) else PopulationPage
    try:
        visit.page = page = kind(site, visit, files, document)
        roots = page.roots()
        for name, parts in roots.items():  # a root itself cannot be hidden and shown
            document.add_root(column(*parts, name=f"{name}_box", sizing_mode="stretch_width"))
    except BaseException:
        site.visits.close(visit)
        raise
    pages[document] = visit
    document.template_variables.update(variables, token=visit.token, boxes=list(roots))
