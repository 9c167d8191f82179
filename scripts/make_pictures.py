"""Make the pictures of the README and the docs, from the sample embryo.

Needs a screen: ``xvfb-run -a -s "-screen 0 1600x1000x24" .venv/bin/python scripts/make_pictures.py``
"""

from __future__ import annotations

import time
from pathlib import Path

import napari
import numpy as np
from qtpy.QtWidgets import QApplication

from napari_devolearn.widgets.demo import show_embryo

EDGE = 12
"""Voxels of background around the sample: an embryo cut by the image border is not measured."""

FOLDER = Path(__file__).parents[1] / "docs" / "images"


def main() -> None:
    """Take a picture of the window with the Segment dock after a run, and of the embryo's outline."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    viewer = napari.Viewer()
    viewer.window._qt_window.resize(1280, 720)
    dock = show_embryo(viewer)
    viewer.layers["tracks"].visible = False
    while dock.running:
        settle(0.1)
    settle(2)
    viewer.reset_view()
    settle(1)
    viewer.window.screenshot(str(FOLDER / "segment.png"), canvas_only=False, flash=False)
    viewer.close()
    show_outline()


def show_outline() -> None:
    """Take a picture of the Embryo outline dock."""
    viewer = napari.Viewer()
    viewer.window._qt_window.resize(1280, 720)
    image, truth = viewer.open_sample("napari-devolearn", "membranes")
    viewer.layers.remove(truth)
    image.data = with_background(np.asarray(image.data))
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Embryo outline")
    dock.run()
    while dock.running:
        settle(0.1)
    viewer.dims.current_step = (3, viewer.layers[0].data.shape[1] // 2, 0, 0)
    viewer.reset_view()
    settle(2)
    while dock.plot.busy:
        settle(0.2)
    settle(1)
    viewer.window.screenshot(str(FOLDER / "outline.png"), canvas_only=False, flash=False)
    viewer.close()


def with_background(movie: np.ndarray) -> np.ndarray:
    """Enlarge a movie by `EDGE` voxels of noise, as in its first column."""
    noise = np.random.default_rng(0)
    wide = noise.choice(movie[..., 0].ravel(), np.add(movie.shape, (0, *(2 * EDGE,) * 3)))
    inner = slice(EDGE, -EDGE)
    wide[:, inner, inner, inner] = movie
    return wide


def settle(seconds: float) -> None:
    """Process Qt events for some seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        QApplication.processEvents()
        time.sleep(0.01)


if __name__ == "__main__":
    main()
