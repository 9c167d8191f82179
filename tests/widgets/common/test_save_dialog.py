from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QFileDialog

from helpers.docks.common import SECONDS
from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.save_dialog import ask_and_save

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
    block, written = RunBlock(tooltip="", cancel=""), []
    qtbot.addWidget(block.native)
    ask_and_save(block, "Save", "embryo.png", written.append, KINDS)
    if path is None:
        assert block.text == ""
    else:
        qtbot.waitUntil(lambda: block.text == f"Saved {Path(path).name}.", timeout=SECONDS)
        assert written == [Path(path)]
