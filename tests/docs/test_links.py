"""What the pages point to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from code_blocks import PAGES, ROOT, name_of

ROOTS = (ROOT, ROOT / "src" / "napari_devolearn")


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


def test_files_that_the_architecture_names_are_there() -> None:
    page = (ROOT / "docs" / "background" / "architecture.md").read_text("utf-8")
    named = set(re.findall(r"`([a-z_]+/[\w/]*\.(?:py|csv|yaml))`", page))
    assert len(named) > 30
    assert [name for name in sorted(named) if not any((root / name).exists() for root in ROOTS)] == []
