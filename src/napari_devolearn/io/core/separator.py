"""Find the separator of a table that another program wrote."""

from __future__ import annotations

from pathlib import Path


def separator_of(path: Path) -> str:
    """The separator of a table by its first line: a comma, a tab, or a semicolon.

    Excel writes semicolons where the decimal sign is a comma. Raises OSError if the file cannot be read.
    """
    with path.open(encoding="utf-8-sig", errors="replace") as lines:
        first = next(lines, "")
    return max(",;\t", key=first.count)
