from __future__ import annotations

import subprocess
import sys
from types import SimpleNamespace

import imagecodecs
import pytest
import tifffile

from napari_devolearn.cli import demo
from napari_devolearn.simulate import embryo


def test_files_are_written_and_their_names_printed(run, tmp_path, monkeypatch, tiny_embryo) -> None:
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(embryo, "simulate_embryo", lambda: tiny_embryo)
    for _ in range(2):  # a second run replaces the first
        status, said, warned = run("demo", "-o", tmp_path / "demo")
    labels, picture = tmp_path / "demo" / "labels.ome.tif", tmp_path / "demo" / "overlay.png"
    assert status == 0, warned
    assert str(labels) in said
    assert str(picture) in said
    assert tifffile.imread(labels).shape == (3, 6, 48, 64)
    assert imagecodecs.imread(picture).shape == (144, 192, 3)


@pytest.mark.parametrize(("status", "ended"), [(0, 0), (1, 2)])
def test_a_screen_opens_the_window(run, monkeypatch, status, ended) -> None:
    called = []
    monkeypatch.setattr(demo, "has_screen", lambda: True)
    monkeypatch.setattr(
        subprocess, "run", lambda command, **_: called.append(command) or SimpleNamespace(returncode=status)
    )
    assert run("demo")[0] == ended
    assert called == [[sys.executable, "-m", "napari_devolearn.widgets.demo"]]


@pytest.mark.skipif(sys.platform == "win32", reason="no signals there")
def test_a_crashed_window_is_not_reported_as_missing_qt(run, monkeypatch) -> None:
    monkeypatch.setattr(demo, "has_screen", lambda: True)
    monkeypatch.setattr(subprocess, "run", lambda *_, **__: SimpleNamespace(returncode=-11))
    status, _, warned = run("demo")
    assert status == 2
    assert "ended by SIGSEGV; run napari-devolearn doctor" in warned
    assert "install a Qt" not in warned


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="there is always a screen")
@pytest.mark.parametrize(
    ("variables", "screen"),
    [({}, False), ({"DISPLAY": ":0"}, True), ({"WAYLAND_DISPLAY": "wayland-0"}, True)],
)
def test_a_screen_is_detected_by_environment_variables(monkeypatch, variables, screen) -> None:
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    assert demo.has_screen() is screen
