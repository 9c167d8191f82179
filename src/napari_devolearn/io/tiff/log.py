"""What tifffile writes to its log, for the one message that a person gets."""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def tifffile_log() -> Iterator[list[str]]:
    """Collect what tifffile logs in this thread, instead of showing it.

    Yields
    ------
    list of str
        It grows; each line once, without the name of the file.
    """
    lines: list[str] = []
    thread = threading.get_ident()

    def collect(record: logging.LogRecord) -> bool:
        if record.thread != thread:
            return True
        line = re.sub(r"^<tifffile[^>]*>\s*", "", record.getMessage()).partition("\n")[0]
        line = re.sub(r"^<TiffFile '[^']*'>\s*", "", line)
        if line not in lines:
            lines.append(line)
        return False

    logger = logging.getLogger("tifffile")
    logger.addFilter(collect)
    try:
        yield lines
    finally:
        logger.removeFilter(collect)
