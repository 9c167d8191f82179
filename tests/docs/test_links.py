from __future__ import annotations

import re
from pathlib import Path

import pytest

from code_blocks import PAGES, ROOT, name_of

ROOTS = (ROOT, ROOT / "src" / "napari_devolearn", ROOT / "tests" / "benchmarks")
NOTES = sorted((ROOT / "research" / "notes").glob("*.md"))


@pytest.mark.parametrize("page", [*PAGES, *NOTES], ids=name_of)
def test_links_are_valid(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    on_disk = [link for link in links if not link.startswith("../../actions/")]  # pages of GitHub
    assert [link for link in on_disk if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", [*PAGES, *NOTES], ids=name_of)
def test_named_files_exist(page: Path) -> None:
    named = set(re.findall(r"`([a-z_]+/[\w/]*\.(?:py|csv|yaml))`", page.read_text("utf-8")))
    assert [name for name in sorted(named) if not any((root / name).exists() for root in ROOTS)] == []


def test_the_architecture_names_many_files() -> None:
    page = (ROOT / "docs" / "architecture.md").read_text("utf-8")
    assert len(set(re.findall(r"`([a-z_]+/[\w/]*\.(?:py|csv|yaml))`", page))) > 25


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_pages_are_short(page: Path) -> None:
    most = 120 if page.name == "README.md" else 150
    assert len(page.read_text("utf-8").splitlines()) < most


def test_every_page_is_in_the_navigation_of_the_site() -> None:
    navigation = set(
        re.findall(r"^ +- [^:]+: (\S+\.md)$", (ROOT / "mkdocs.yml").read_text("utf-8"), re.MULTILINE)
    )
    pages = {page.relative_to(ROOT / "docs").as_posix() for page in (ROOT / "docs").rglob("*.md")}
    assert pages | {f"notes/{note.name}" for note in NOTES} <= navigation
