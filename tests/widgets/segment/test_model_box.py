"""A model of one's own is chosen like those that ship."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QFileDialog

from napari_devolearn.models.registry import find_model
from napari_devolearn.widgets.segment.dock import SegmentDock
from napari_devolearn.widgets.segment.model_box import ModelBox
from napari_devolearn.widgets.segment.session import Session


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The spec of a training: the weights that ship under another name."""
    files = find_model("nucleus")
    fields = json.loads(files.weights.with_suffix(".json").read_text(encoding="utf-8")) | {"name": "mine"}
    (tmp_path / "runs").mkdir()
    shutil.copy(files.weights, tmp_path / "runs" / "mine.safetensors")
    (tmp_path / "runs" / "mine.json").write_text(json.dumps(fields), encoding="utf-8")
    return tmp_path / "runs" / "mine.json"


@pytest.fixture
def box(qtbot: QtBot) -> ModelBox:
    box = ModelBox()
    qtbot.addWidget(box)
    return box


def choose_file(box: ModelBox, path: Path | str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a person does: the last entry, and a file in the dialog."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    box.setCurrentIndex(box.count() - 1)
    box.activated.emit(box.count() - 1)


def test_those_that_give_a_mask_are_offered(box: ModelBox) -> None:
    names = [box.itemText(index) for index in range(box.count())]
    assert names == ["embryo", "membrane", "neuron", "nucleus", "From a file…"]
    assert (box.name, box.spec.task) == ("nucleus", "nucleus")


def test_a_file_is_chosen(box: ModelBox, mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    choose_file(box, mine, monkeypatch)
    assert (box.name, box.currentText(), box.spec.name) == (str(mine), "mine (runs)", "mine")
    assert box.itemText(box.count() - 1) == "From a file…"


def test_no_file_leaves_the_model(box: ModelBox, monkeypatch: pytest.MonkeyPatch) -> None:
    box.choose("membrane")
    choose_file(box, "", monkeypatch)
    assert (box.name, box.currentText()) == ("membrane", "membrane")


@pytest.mark.parametrize("content", ["{", "[]", None])
def test_a_file_that_is_no_model_is_named(
    dock: SegmentDock, notes: list[str], mine: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    if content is None:
        mine = find_model("lineage").weights.with_suffix(".json")
    else:
        mine.write_text(content, encoding="utf-8")
    choose_file(dock.model_box, mine, monkeypatch)
    assert str(mine) in notes[-1]
    assert dock.model_box.name == "nucleus"


def test_the_dock_segments_with_it(
    dock: SegmentDock, mine: Path, run: Callable[[str], Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_file(dock.model_box, mine, monkeypatch)
    session = run("slice in view")
    assert session.model.spec.name == "mine"
    assert session.result.layer.data.max() > 0
