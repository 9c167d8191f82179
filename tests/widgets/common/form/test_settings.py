from __future__ import annotations

import json
from pathlib import Path

import pytest
from magicgui.widgets import ComboBox, FloatSpinBox
from pytestqt.qtbot import QtBot

from napari_devolearn.widgets.common.form import settings


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, qtbot: QtBot) -> Path:
    path = tmp_path / "docks.json"
    monkeypatch.setattr(settings, "settings_file", lambda: path)
    return path


def controls(choices: tuple[str, ...] = ("a", "b")) -> dict[str, object]:
    return {"model": ComboBox(choices=choices), "threshold": FloatSpinBox(value=0.5, max=1)}


def test_a_choice_is_restored(file: Path, qtbot: QtBot) -> None:
    first = controls()
    settings.restore_settings("segment", **first)
    first["model"].value, first["threshold"].value = "b", 0.7
    qtbot.waitUntil(file.exists)
    second = controls()
    settings.restore_settings("segment", **second)
    assert [widget.value for widget in second.values()] == ["b", 0.7]
    other = controls()
    settings.restore_settings("track", **other)
    assert [widget.value for widget in other.values()] == ["a", 0.5]


@pytest.mark.parametrize("text", ["{", "[1]", '{"segment": 3}', '{"segment": {"threshold": "much"}}'])
def test_a_damaged_file_is_ignored(file: Path, text: str) -> None:
    file.write_text(text)
    these = controls()
    settings.restore_settings("segment", **these)
    assert [widget.value for widget in these.values()] == ["a", 0.5]


def test_unavailable_values_are_ignored(file: Path) -> None:
    file.write_text(json.dumps({"segment": {"model": "gone", "threshold": 0.7}}))
    these = controls()
    settings.restore_settings("segment", **these)
    assert [widget.value for widget in these.values()] == ["a", 0.7]
