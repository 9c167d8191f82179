from __future__ import annotations

import re

import napari_devolearn as nd
from code_blocks import ROOT

PAGE = ROOT / "docs" / "reference" / "api.md"


def test_the_page_documents_exactly_the_exports() -> None:
    documented = re.findall(r"^::: (\S+)$", PAGE.read_text("utf-8"), re.MULTILINE)
    exported = [getattr(nd, name) for name in nd.__all__ if name != "__version__"]
    assert sorted(documented) == sorted(f"{one.__module__}.{one.__name__}" for one in exported)
