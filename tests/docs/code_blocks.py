"""The code blocks of the documentation pages."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").rglob("*.md"))]

_FENCE = re.compile(r"^```([^\n]*)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def name_of(page: Path) -> str:
    """Path of a page relative to the root of the repository."""
    return page.relative_to(ROOT).as_posix()


class Block(NamedTuple):
    """A fenced block.

    Parameters
    ----------
    language : str
        Info string after the opening fence; may be empty.
    text : str
    where : str
        Page and line of its fence.
    """

    language: str
    text: str
    where: str


def blocks_of(page: Path) -> list[Block]:
    """The blocks of a page, from top to bottom."""
    text = page.read_text("utf-8")
    return [
        Block(found[1], found[2], f"{name_of(page)}:{text.count(chr(10), 0, found.start()) + 1}")
        for found in _FENCE.finditer(text)
    ]
