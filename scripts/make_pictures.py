"""Make the pictures of the README and the docs, from the sample embryo.

Needs a screen: ``xvfb-run -a -s "-screen 0 1600x1000x24" .venv/bin/python scripts/make_pictures.py``
"""

from __future__ import annotations

import time
from pathlib import Path

import napari
from qtpy.QtWidgets import QApplication

from napari_devolearn.widgets.demo import show_embryo

FOLDER = Path(__file__).parents[1] / "docs" / "images"


def main() -> None:
    """Take a picture of the window with the Segment dock after a run."""
    viewer = napari.Viewer()
    viewer.window._qt_window.resize(1280, 720)
    dock = show_embryo(viewer)
    viewer.layers["tracks"].visible = False
    while dock.runner.running:
        settle(0.1)
    settle(2)
    viewer.reset_view()
    settle(1)
    FOLDER.mkdir(parents=True, exist_ok=True)
    viewer.window.screenshot(str(FOLDER / "segment.png"), canvas_only=False, flash=False)
    viewer.close()


def settle(seconds: float) -> None:
    """Let Qt work for a while."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    main()
