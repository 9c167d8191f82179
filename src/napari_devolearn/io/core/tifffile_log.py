"""Collect tifffile's log messages for one error message."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_USUAL = "correcting LSM bitspersample tag"
"""Logged for each LSM of two channels."""


@contextmanager
def tifffile_log() -> Iterator[list[str]]:
    """Collect tifffile's log messages in this thread, each once and without the file name, and hide them."""
    lines: list[str] = []
    thread = threading.get_ident()

    def collect(record: logging.LogRecord) -> bool:
        if record.thread != thread:
            return True
        line = re.sub(r"^<tifffile[^>]*>\s*", "", record.getMessage()).partition("\n")[0]
        line = re.sub(r"^<TiffFile '[^']*'>\s*", "", line)
        if line not in (*lines, _USUAL):
            lines.append(line)
        return False

    logger = logging.getLogger("tifffile")
    logger.addFilter(collect)
    try:
        yield lines
    finally:
        logger.removeFilter(collect)
