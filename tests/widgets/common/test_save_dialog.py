from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QFileDialog, QWidget

from napari_devolearn.widgets.common.save_dialog import ask_path

KINDS = "Image (*.png);;Drawing (*.svg);;Document (*.pdf)"


@pytest.mark.parametrize(
    ("chosen", "kind", "path"),
    [
        ("/a/b", "Drawing (*.svg)", "/a/b.svg"),
        ("/a/b", "", "/a/b.png"),  # a dialog that names no filter
        ("/a/b of 1.5 um", "Drawing (*.svg)", "/a/b of 1.5 um.svg"),
        ("/a/b.xlsx", "Image (*.png)", "/a/b.xlsx.png"),
        ("/a/b.PDF", "Drawing (*.svg)", "/a/b.PDF"),
        ("", "", None),
    ],
)
def test_a_name_gets_a_suffix_that_is_written(
    chosen: str, kind: str, path: str | None, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot
) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (chosen, kind))
    assert ask_path(QWidget(), "Save", "embryo.png", KINDS) == (Path(path) if path else None)
