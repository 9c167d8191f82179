"""The pace of the last run is known in the next session."""

from __future__ import annotations

from pathlib import Path

import pytest

from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.widgets.segment import pace
from napari_devolearn.widgets.segment.pace import guessed_pace, known_pace, remember_pace


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(pace, "pace_file", lambda: tmp_path / "cache" / "pace.json")
    return tmp_path / "cache" / "pace.json"


def test_a_pace_is_that_of_its_model_and_grows_with_the_pixels() -> None:
    assert known_pace("nucleus", 100) is None
    remember_pace("nucleus", 1000, 0.5, steps=40)
    remember_pace("membrane", 1000, 2.0, steps=40)
    remember_pace("nucleus", 1000, 9.0, steps=2)  # too short to tell
    assert known_pace("nucleus", 2000) == pytest.approx(1.0)
    assert known_pace("membrane", 1000) == pytest.approx(2.0)


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"nucleus": "fast"}'])
def test_a_damaged_file_is_none(file: Path, content: str) -> None:
    file.parent.mkdir()
    file.write_text(content, encoding="utf-8")
    assert known_pace("nucleus", 100) is None
    remember_pace("nucleus", 100, 0.5, steps=40)
    assert known_pace("nucleus", 100) == 0.5


def test_a_guess_grows_with_what_the_network_sees(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    spec = ModelSpec(name="n", task="nucleus", pixel_size=0.2, sha256="0" * 64)
    coarse = guessed_pace(spec, (500, 1000), None)
    assert coarse == pytest.approx(500 * 1000 * 7e-7 / 4)
    assert guessed_pace(spec, (500, 1000), (1.0, 0.1, 0.1)) == pytest.approx(coarse / 4)
