"""Make the pictures of docs/how-to/lineages.md, from a synthetic embryo.

Needs a screen: ``xvfb-run -a -s "-screen 0 1600x1200x24" .venv/bin/python scripts/make_lineage_pictures.py``
"""

from __future__ import annotations

import argparse
from pathlib import Path

import napari
import numpy as np
from make_pictures import settle
from napari.viewer import Viewer
from PIL import Image
from qtpy.QtCore import Qt

from napari_devolearn.simulate.growth import grow
from napari_devolearn.simulate.params import SimulateParams
from napari_devolearn.simulate.render import render_frame
from napari_devolearn.widgets.populations.dock import PopulationsDock

FOLDER = Path(__file__).parents[1] / "docs" / "images"
MOVIE = SimulateParams(
    frames=90,
    nuclei=4,
    frame_interval=1.5,
    shape=(12, 144, 216),
    voxel_size=(2.0, 0.27, 0.27),
    noise=0.2,
    seed=3,
)
EARLY, LATE = 30, 75
DOCK_WIDTH = 520
"""Pixels: the plot is then wide enough for its legend."""


def main() -> None:
    """Count a movie; take pictures with the cursor early and late."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="output folder")
    parser.add_argument("--model", type=Path, help="a spec (.json) instead of the included model")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    viewer, dock = count_movie(arguments.model)
    viewer.dims.set_current_step(0, EARLY)
    save(viewer, arguments.folder / "lineage-early.png")
    viewer.dims.set_current_step(0, LATE)
    viewer.theme = "light"
    dock.view["log"].value = True
    dock.view["total"].value = True
    settle(1)
    wait_for_plot(dock)
    save(viewer, arguments.folder / "lineage-late.png")
    viewer.close()


def count_movie(model: Path | None) -> tuple[Viewer, PopulationsDock]:
    """Open the movie and count all frames."""
    viewer = napari.Viewer()
    viewer.window._qt_window.resize(1400, 900)
    viewer.add_image(projections(), name="embryo", colormap="green", axis_labels=("t", "y", "x"))
    beside, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Lineage populations")
    viewer.window._qt_window.resizeDocks([beside], [DOCK_WIDTH], Qt.Orientation.Horizontal)
    if model is not None:
        dock.model.add_file(model)
    dock.view["minutes"].value = MOVIE.frame_interval
    for option in ("log", "total"):  # not as in an earlier session
        dock.view[option].value = False
    dock.run()
    while dock.running or dock.curves.decoder.busy:
        settle(0.2)
    wait_for_plot(dock)
    viewer.reset_view()
    settle(1)
    return viewer, dock


def wait_for_plot(dock: PopulationsDock) -> None:
    """Wait until the plot, which a thread draws, is shown."""
    while dock.curves.canvas.busy:
        settle(0.2)


def projections() -> np.ndarray:
    """The synthetic embryo as maximum projections along Z, the most common form, (T, Y, X)."""
    rng = np.random.default_rng(MOVIE.seed)
    frames = [
        render_frame(
            nuclei,
            shape=MOVIE.shape,
            voxel_size=MOVIE.voxel_size,
            rng=rng,
            eggshell=MOVIE.egg,
            noise=MOVIE.noise,
        )[0].max(axis=0)
        for nuclei in grow(MOVIE, rng)
    ]
    return np.stack(frames)


def save(viewer: Viewer, path: Path) -> None:
    """Save the window in 256 colours, including those of thin curves."""
    settle(1)
    pixels = viewer.window.screenshot(canvas_only=False, flash=False)
    few = Image.fromarray(pixels[..., :3]).quantize(256, method=Image.Quantize.MAXCOVERAGE, kmeans=1)
    few.save(path, optimize=True)


if __name__ == "__main__":
    main()
