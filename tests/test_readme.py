"""The README's notebook runs as it stands, and the files that the docs point to are there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from napari_devolearn.simulate.dataset import write_embryo

ROOT = Path(__file__).parents[1]
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]


def test_the_notebook_runs(tmp_path, monkeypatch, tiny_embryo, capsys) -> None:
    write_embryo(tmp_path / "Fluo-N3DH-CE", tiny_embryo)
    monkeypatch.chdir(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    exec(compile(code, "README.md", "exec"), {})
    assert (tmp_path / "labels.ome.tif").is_file()
    assert capsys.readouterr().out.count("nuclei") == len(tiny_embryo.image)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text("utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []
