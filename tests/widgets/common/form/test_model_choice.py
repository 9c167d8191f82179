from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot
from qtpy.QtWidgets import QFileDialog

from napari_devolearn.models.registry import find_model
from napari_devolearn.widgets.common.form.model_choice import DeviceChoice, ModelChoice
from napari_devolearn.widgets.segment.dock import SegmentDock
from napari_devolearn.widgets.segment.session import Session


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """The spec of a training: the bundled weights under another name."""
    files = find_model("nucleus")
    fields = json.loads(files.weights.with_suffix(".json").read_text(encoding="utf-8")) | {"name": "mine"}
    (tmp_path / "runs").mkdir()
    shutil.copy(files.weights, tmp_path / "runs" / "mine.safetensors")
    (tmp_path / "runs" / "mine.json").write_text(json.dumps(fields), encoding="utf-8")
    return tmp_path / "runs" / "mine.json"


@pytest.fixture
def choice(qtbot: QtBot) -> ModelChoice:
    return ModelChoice(
        ("nucleus", "membrane"), "Models (*.json)", lambda path: find_model(path).spec, tooltip="A model."
    )


def choose_file(choice: ModelChoice, path: Path | str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Choose the last entry, and a file in the dialog."""
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: (str(path), ""))
    choice.native.setCurrentIndex(choice.native.count() - 1)


def texts(choice: ModelChoice) -> list[str]:
    return [choice.native.itemText(row) for row in range(choice.native.count())]


def test_models_are_offered_in_the_order_of_the_tasks(choice: ModelChoice) -> None:
    assert texts(choice) == ["nucleus", "membrane", "From a file…"]
    assert (choice.value, choice.spec.task) == ("nucleus", "nucleus")


def test_a_file_can_be_chosen(choice: ModelChoice, mine: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []
    choice.changed.connect(seen.append)
    choose_file(choice, mine, monkeypatch)
    assert (choice.value, choice.current_choice, choice.spec.name) == (str(mine), "mine (runs)", "mine")
    assert texts(choice)[-1] == "From a file…"
    assert seen[-1] == str(mine)
    assert "From a file…" not in seen


def test_a_cancelled_dialog_keeps_the_model(choice: ModelChoice, monkeypatch: pytest.MonkeyPatch) -> None:
    choice.value = "membrane"
    choose_file(choice, "", monkeypatch)
    assert (choice.value, choice.current_choice) == ("membrane", "membrane")


def test_a_model_of_the_last_session_is_restored_if_it_exists(choice: ModelChoice, mine: Path) -> None:
    choice.restore_value(str(mine))
    assert choice.value == str(mine)
    choice.restore_value("membrane")
    choice.restore_value(str(mine.with_name("gone.json")))
    assert choice.value == "membrane"


def test_devices_are_listed_and_the_last_one_is_restored(qtbot: QtBot) -> None:
    device = DeviceChoice()
    device.restore_value("cuda:0")
    assert device.value == "cuda:0"
    device.show_devices(("cuda:0", "cpu"))
    assert (device.value, device.choices) == ("cuda:0", ("auto", "cuda:0", "cpu"))
    device.show_devices(("cpu",))
    assert (device.value, device.current_choice) == ("auto", "auto (cpu)")


@pytest.mark.parametrize("content", ["{", "[]", None])
def test_a_file_that_is_not_a_model_is_reported(
    dock: SegmentDock, notes: list[str], mine: Path, monkeypatch: pytest.MonkeyPatch, content: str | None
) -> None:
    if content is None:
        mine = find_model("lineage").weights.with_suffix(".json")
    else:
        mine.write_text(content, encoding="utf-8")
    choose_file(dock.choice.model, mine, monkeypatch)
    assert str(mine) in notes[-1]
    assert dock.choice.model.value == "nucleus"


def test_the_dock_segments_with_it(
    dock: SegmentDock, mine: Path, run: Callable[[str], Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    choose_file(dock.choice.model, mine, monkeypatch)
    session = run("current slice")
    assert session.model.spec.name == "mine"
    assert session.result.layer.data.max() > 0
