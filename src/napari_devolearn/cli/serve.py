"""Serve pages that segment images and count lineages in a browser.

Ctrl-C stops it and deletes all uploaded files.
"""

from __future__ import annotations

import argparse
import signal
from importlib.util import find_spec

from napari_devolearn.cli.common.arguments import add_shared, whole_number
from napari_devolearn.exceptions import ServerError
from napari_devolearn.inference.backends.device import resolve_device


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add the options."""
    add = parser.add_argument
    add(
        "--host",
        default="127.0.0.1",
        help="address to listen on (%(default)s: this machine only); 0.0.0.0 for all",
    )
    add("--port", type=port_number, default=5006, metavar="N", help="0 for any free port (%(default)s)")
    add(
        "--origin",
        action="append",
        default=[],
        metavar="HOST:PORT",
        help="address of this server in browsers, for example behind a proxy; may be repeated",
    )
    add("--prefix", default="", metavar="/PATH", help="path under which a proxy shows this server")
    add("--upload-mb", type=whole_number, default=500, metavar="N", help="largest file (%(default)s MB)")
    add("--visitors", type=whole_number, default=8, metavar="N", help="open pages at once (%(default)s)")
    add_shared(parser, "device")


def port_number(text: str) -> int:
    """A port number, or 0 for any free port."""
    if not text.isdecimal() or int(text) > 65535:
        raise argparse.ArgumentTypeError(f"{text!r}: give a whole number from 0 to 65535")
    return int(text)


def run(arguments: argparse.Namespace) -> None:
    """Serve until Ctrl-C or SIGTERM."""
    if find_spec("bokeh") is None:
        raise ServerError("serve: bokeh is missing; pip install 'napari-devolearn[web]'")
    from napari_devolearn.web.serve import start_server
    from napari_devolearn.web.server.limits import Limits
    from napari_devolearn.web.server.site import Site

    if arguments.device != "auto":
        resolve_device(arguments.device)
    limits = Limits(upload_bytes=arguments.upload_mb * 1_000_000, visits=arguments.visitors)
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    site = Site(limits, arguments.device)
    try:
        server = start_server(
            site,
            host=arguments.host,
            port=arguments.port,
            origins=arguments.origin,
            prefix=arguments.prefix.rstrip("/"),
        )
        place = f"[{arguments.host}]" if ":" in arguments.host else arguments.host
        print(f"http://{place}:{server.port}{arguments.prefix}/ - Ctrl-C stops it", flush=True)
        server.io_loop.start()
    except KeyboardInterrupt:
        print("stopped; all uploaded files are deleted")
    finally:
        site.close()
