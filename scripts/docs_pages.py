"""A hook of mkdocs that adds pages from outside docs/, to avoid copies."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page

ROOT = Path(__file__).parents[1]
CARDS = "src/napari_devolearn/models/weights"
NOTES = "research/notes"


def outside() -> dict[str, str]:
    """From the address in the site, relative to docs/, to the file in the repository."""
    cards, notes = (sorted((ROOT / folder).glob("*.md")) for folder in (CARDS, NOTES))
    return {
        "contributing.md": "CONTRIBUTING.md",
        "changelog.md": "CHANGELOG.md",
        **{f"cards/{card.name}": f"{CARDS}/{card.name}" for card in cards},
        **{f"notes/{note.name}": f"{NOTES}/{note.name}" for note in notes},
    }


def on_files(files: Files, config: MkDocsConfig, **_: Any) -> Files:
    """Add the pages."""
    for address, path in outside().items():
        files.append(File.generated(config, address, abs_src_path=str(ROOT / path)))
    return files


def on_page_markdown(markdown: str, page: Page, **_: Any) -> str:
    """Change links between folders of the repository to the pages of the site."""
    up = "../" * page.file.src_uri.count("/")
    moved = {path: address for address, path in outside().items()}

    def lead(link: re.Match[str]) -> str:
        path = re.sub(r"^(\.\./)+", "", link[1])
        if path in moved:
            return f"]({up}{moved[path]}{link[2] or ''})"
        return f"]({up}{path.removeprefix('docs/')}{link[2] or ''})" if path.startswith("docs/") else link[0]

    return re.sub(r"\]\(([^)#:]+)(#[^)]*)?\)", lead, markdown)
