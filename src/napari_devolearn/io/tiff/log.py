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
    """Collect what tifffile logs in this thread, instead of showing it.

    Yields
    ------
    list of str
        Filled as messages arrive; each line once, without the file name.
    """
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
