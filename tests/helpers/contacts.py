"""Record the hosts that Python processes contact."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

# Python imports it at its start, in child processes too.
_WATCH = """
import sys

def _note(event, arguments):
    if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
        place = arguments[1]
    elif event in ("socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr"):
        place = arguments[:1]
    else:
        return
    if isinstance(place, tuple):
        with open({log!r}, "a") as log:
            log.write(f"{{event}} {{place[0]}}\\n")

sys.addaudithook(_note)
"""


class Watch(NamedTuple):
    """Environment of watched processes, and their log.

    Parameters
    ----------
    environment : mapping of str to str
        With a new home folder.
    log : Path
    """

    environment: Mapping[str, str]
    log: Path

    def contacts(self) -> list[str]:
        """Events with their hosts, in order."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    def others(self) -> list[str]:
        """Events with other machines."""
        return [line for line in self.contacts() if not _is_here(line.split()[1])]


def watch(folder: Path) -> Watch:
    """Prepare to watch processes; the folder must be empty."""
    log = folder / "contacts.txt"
    (folder / "sitecustomize.py").write_text(_WATCH.format(log=str(log)))
    return Watch(os.environ | {"PYTHONPATH": str(folder), "HOME": str(folder)}, log)


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
