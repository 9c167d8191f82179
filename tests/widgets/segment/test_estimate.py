from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
from napari.viewer import Viewer
from pytestqt.qtbot import QtBot

from napari_devolearn.models.spec import ModelSpec
from napari_devolearn.widgets.segment import estimate
from napari_devolearn.widgets.segment.dock import SegmentDock
from napari_devolearn.widgets.segment.estimate import expected, in_use, remember_loading, remember_pace
from napari_devolearn.widgets.segment.session import Session

SPEC = ModelSpec(name="n", task="nucleus", pixel_size=0.2, sha256="0" * 64)


@pytest.fixture(autouse=True)
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("os.cpu_count", lambda: 4)
    monkeypatch.setattr(estimate, "pace_file", lambda: tmp_path / "cache" / "pace.json")
    return tmp_path / "cache" / "pace.json"


def text(slices: int, model: str = "nucleus", *, loaded: bool = True, size: float | None = None) -> str:
    voxel = (1.0, size, size) if size is not None else None
    return expected(slices, model, SPEC, (1000, 2000), voxel, loaded=loaded)


def test_a_guess_grows_with_the_input_of_the_network() -> None:
    assert text(0) == ""
    assert text(20) == "20 slices to compute, roughly 1:00; a better estimate follows after the first run."
    assert "roughly 4:00;" in text(20, size=0.4)
    assert "roughly 0:01;" in text(1, size=0.001)  # never 0:00


def test_a_pace_is_stored_per_model_and_scales_with_the_input_of_the_network() -> None:
    remember_pace("nucleus", 1000, 0.5, steps=40)
    remember_pace("membrane", 1000, 2.0, steps=40)
    remember_pace("nucleus", 1000, 9.0, steps=2)  # too short to tell
    assert text(1) == "1 slice to compute, about 16:40."
    assert text(7) == "7 slices to compute, about 1:56:40."
    assert text(1, "membrane") == "1 slice to compute, about 1:06:40."
    assert text(1, size=0.1) == "1 slice to compute, about 4:10."  # a quarter of the pixels


def test_the_estimate_includes_loading_the_model() -> None:
    assert "roughly 1:00 and loading the model;" in text(20, loaded=False)
    remember_loading(12.8)
    assert "roughly 1:13;" in text(20, loaded=False)
    assert "roughly 1:00;" in text(20)
    remember_pace("nucleus", 1_000_000, 0.5, steps=40)
    assert text(2, loaded=False) == "2 slices to compute, about 0:15."


@pytest.mark.parametrize("content", ["", "{", "[1]", '{"nucleus": "fast"}'])
def test_a_damaged_file_is_ignored(file: Path, content: str) -> None:
    file.parent.mkdir()
    file.write_text(content, encoding="utf-8")
    assert "roughly" in text(1)
    remember_pace("nucleus", 2_000_000, 5, steps=40)
    assert text(1) == "1 slice to compute, about 0:05."


def test_backend_and_memory_are_shown() -> None:
    said = in_use(SimpleNamespace(compute_backend="float32 on cpu"))
    assert "float32 on cpu" in said
    assert "GB of memory" in said


def test_a_new_dock_uses_the_last_pace(run: Callable[[str], Session], viewer: Viewer, qtbot: QtBot) -> None:
    run("whole movie")
    viewer.layers.clear()
    viewer.add_image(np.zeros((3, 6, 48, 64), np.uint8))
    dock = SegmentDock(viewer)
    qtbot.addWidget(dock.native)
    dock.choice.scope.choice.value = "whole movie"
    assert "18 slices to compute, about 0:" in dock.run_block.text
    dock.release()
