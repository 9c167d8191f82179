"""Make the pictures of the pages on tracking and evaluating, from the average embryo of EPIC.

Needs a screen: ``xvfb-run -a -s "-screen 0 1600x1200x24" .venv/bin/python scripts/make_track_pictures.py``
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any

import napari
import numpy as np
import numpy.typing as npt
from make_pictures import settle
from napari.viewer import Viewer
from PIL import Image

from napari_devolearn.lineage.founders import mother
from napari_devolearn.lineage.naming.sulston import load_sulston
from napari_devolearn.simulate.nucleus import Nucleus, diameter
from napari_devolearn.simulate.render import render_frame

FOLDER = Path(__file__).parents[1] / "docs" / "images"
LARGEST = 140_000
"""Maximum size of a picture in bytes."""

VOXEL_SIZE = (1.5, 0.4, 0.4)
LOOK: dict[str, Any] = {
    "scale": (1, *VOXEL_SIZE),
    "axis_labels": ("t", "z", "y", "x"),
    "units": ("pixel", "um", "um", "um"),
}
MARGIN = 6.0  # um around the nuclei
FIRST, LAST = 19, 95  # minutes: from four cells on
MOVING = 4  # minutes in which a newborn moves to its place

Volumes = npt.NDArray[Any]


def main() -> None:
    """Track an embryo, name its cells, draw its tree, and evaluate a result with mistakes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="output folder")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    image, truth = draw_embryo()
    viewer = open_window(image, shuffle(truth), "nuclei")
    track(viewer)
    save(viewer, folder / "track.png")
    name(viewer, folder)
    save(viewer, folder / "tree.png")
    viewer.close()
    viewer = open_window(image, spoil(truth), "result")
    viewer.add_labels(truth, name="truth", visible=False, **LOOK)
    evaluate(viewer)
    save(viewer, folder / "evaluate.png")
    viewer.close()


def draw_embryo() -> tuple[Volumes, Volumes]:
    """Image and labels of the average embryo, one frame per minute, (T, Z, Y, X)."""
    sulston = load_sulston()
    corner = sulston.position.min(axis=0) - MARGIN
    size = sulston.position.max(axis=0) + MARGIN - corner
    shape = tuple(int(np.ceil(s / v)) for s, v in zip(size, VOXEL_SIZE, strict=True))
    rng = np.random.default_rng(0)
    frames = []
    for minute in range(FIRST, LAST):
        alive = [i for i in range(len(sulston.cells)) if sulston.born[i] <= minute < sulston.divides[i]]
        half = diameter(len(alive)) / 2
        nuclei = [Nucleus(i + 1, tuple(place(sulston, i, minute) - corner), half, half) for i in alive]
        frames.append(render_frame(nuclei, shape=shape, voxel_size=VOXEL_SIZE, rng=rng))
    image, labels = (np.stack(volumes) for volumes in zip(*frames, strict=True))
    return image, labels


def place(sulston: Any, cell: int, minute: int) -> npt.NDArray[np.float64]:
    """Position of a cell, interpolated from that of its mother to its own."""
    parent = sulston.index.get(mother(sulston.cells[cell]) or "")
    if parent is None:
        return sulston.position[cell]
    side = 1 if sulston.daughters(sulston.cells[parent])[0] == sulston.cells[cell] else -1
    start = sulston.position[parent] + side * 2 * sulston.axis[parent]
    part = min(1.0, (minute - sulston.born[cell]) / MOVING)
    return (1 - part) * start + part * sulston.position[cell]


def shuffle(truth: Volumes) -> Volumes:
    """Renumber the objects of each frame, as after a segmentation."""
    shuffled = np.zeros_like(truth)
    for t, frame in enumerate(truth):
        for new, old in enumerate(np.unique(frame)[1:], start=1):
            shuffled[t][frame == old] = new
    return shuffled


def spoil(truth: Volumes) -> Volumes:
    """Remove, merge and add some objects, more in later frames."""
    spoilt, rng = truth.copy(), np.random.default_rng(1)
    for t, frame in enumerate(spoilt):
        labels = np.unique(frame)[1:]
        for label in labels[rng.random(len(labels)) < 0.1 * t / len(spoilt)]:
            frame[frame == label] = rng.choice([0, labels[0]])
    spoilt[40:50, 2:4, 20:30, 20:30] = truth.max() + 1
    return spoilt


def open_window(image: Volumes, labels: Volumes, title: str) -> Viewer:
    """Open a window with a movie and its labels, at the middle slice of the last frame."""
    viewer = napari.Viewer()
    viewer.window._qt_window.resize(1400, 820)
    viewer.add_image(image, name="embryo", **LOOK)
    viewer.add_labels(labels, name=title, opacity=0.5, **LOOK)
    viewer.dims.current_step = (len(image) - 1, image.shape[1] // 2, 0, 0)
    return viewer


def add_dock(viewer: Viewer, title: str) -> Any:
    """Open one dock as the only one in the window."""
    viewer.window.remove_dock_widget("all")
    return viewer.window.add_plugin_dock_widget("napari-devolearn", title)[1]


def track(viewer: Viewer) -> None:
    """Link the labels."""
    dock = add_dock(viewer, "Track")
    dock.run()
    while dock.running:
        settle(0.2)
    viewer.reset_view()
    settle(1)


def name(viewer: Viewer, folder: Path) -> None:
    """Name all cells, which also names and colours the tree."""
    dock = add_dock(viewer, "Correct tracks")
    dock.name_all()
    while dock.running or dock.state is None or not dock.state.names:
        settle(0.2)
    settle(1)
    save(viewer, folder / "correct.png")
    wait_for_plot(add_dock(viewer, "Lineage tree"))


def evaluate(viewer: Viewer) -> None:
    """Compare the result with the ground truth and show the worst object."""
    dock = add_dock(viewer, "Evaluate")
    dock.run()
    while dock.running:
        settle(0.2)
    dock.go_to_worst_object()
    viewer.reset_view()
    wait_for_plot(dock)


def wait_for_plot(dock: Any) -> None:
    """Wait until the plot is drawn in its final size."""
    settle(2)
    while dock.canvas.busy:
        settle(0.2)


def save(viewer: Viewer, path: Path) -> None:
    """Save the window, with as many colours as `LARGEST` allows."""
    settle(1)
    picture = Image.fromarray(viewer.window.screenshot(canvas_only=False, flash=False)[..., :3])
    for colours in (256, 128, 64, 32):
        picture.quantize(colours).save(path, optimize=True)
        if path.stat().st_size <= LARGEST:
            return


if __name__ == "__main__":
    main()
