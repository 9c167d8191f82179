from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from qtpy.QtGui import QGuiApplication

QUIT = """
import sys, time
from pathlib import Path
import napari
from qtpy.QtCore import QTimer
from helpers.bright_model import BrightModel, bright_movie
from napari_devolearn.inference.runs import resume_cache as kept
from napari_devolearn.models.registry import find_model
from napari_devolearn.widgets.segment import run

def load(*_):
    print("loading", flush=True)
    time.sleep(float(sys.argv[2]))
    return BrightModel(0.2, find_model("nucleus").spec)

kept.cache_folder = lambda: Path(sys.argv[1])
run.load_in_background = load
viewer = napari.Viewer()
size = dict(scale=(1, 1, 0.5, 0.5), units=("pixel", "um", "um", "um"))
viewer.add_image(bright_movie(), name="embryo", **size)
_, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Segment")
dock.choice.scope.choice.value = "whole movie"
QTimer.singleShot(0, dock.run)
if float(sys.argv[2]):
    QTimer.singleShot(500, viewer.close)
dock.job.stepped.connect(lambda: QTimer.singleShot(900, viewer.close))
napari.run()
"""

PATHS = os.pathsep.join([os.fspath(Path(__file__).parents[1]), os.environ.get("PYTHONPATH", "")])
"""For the helpers, and for the package as it is tested here."""


@pytest.mark.parametrize("loading", [2, 0], ids=["while the model loads", "between slices"])
def test_quitting_during_a_run_is_clean(qapp: object, tmp_path: Path, loading: int) -> None:
    if QGuiApplication.platformName() == "offscreen":
        pytest.skip("napari draws layers with OpenGL, which Qt's offscreen platform lacks: use xvfb-run")
    kept, temporary = tmp_path / "kept", tmp_path / "tmp"
    temporary.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", QUIT, os.fspath(kept), str(loading)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "PYTHONPATH": PATHS, "TMPDIR": os.fspath(temporary)},
    )
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert "Warning" not in done.stderr
    assert done.stdout.split() == ["loading"]
    assert not list(temporary.iterdir())
    names = {path.name for path in kept.rglob("*")}
    assert "lock" not in names
    assert not [name for name in names if name.startswith(".")]
    assert not names or (not loading and "run.json" in names)  # what was finished may be resumed
