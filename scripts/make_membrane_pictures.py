"""Make the pictures of docs/how-to/membranes.md, from the sample embryo with membranes.

Needs a screen: ``xvfb-run -a -s "-screen 0 1600x1200x24" .venv/bin/python scripts/make_membrane_pictures.py``
"""

from __future__ import annotations

import argparse
from pathlib import Path

import napari
import numpy as np
from make_pictures import settle
from napari.viewer import Viewer
from PIL import Image

from napari_devolearn.widgets.centroids.dock import CentroidsDock
from napari_devolearn.widgets.segment.dock import SegmentDock
from napari_devolearn.widgets.segment.session import Session

FOLDER = Path(__file__).parents[1] / "docs" / "images"

LARGEST = 140_000
"""Maximum size of a picture in bytes."""


def main() -> None:
    """Take pictures of cells on a slice, of the membrane, of cells in 3D, and of the table of centroids."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="output folder")
    folder: Path = parser.parse_args().folder
    folder.mkdir(parents=True, exist_ok=True)
    viewer, dock = segment_sample()
    save(viewer, folder / "membranes-slice.png")
    show_membrane(viewer, dock)
    save(viewer, folder / "membranes-outline.png")
    show_in_3d(viewer, dock)
    save(viewer, folder / "membranes-3d.png")
    show_table(viewer, dock)
    save(viewer, folder / "membranes-centroids.png")
    viewer.close()


def segment_sample() -> tuple[Viewer, SegmentDock]:
    """Open the sample and segment all frames with the membrane model."""
    viewer = napari.Viewer()
    viewer.window._qt_window.resize(1400, 820)
    image, _ = viewer.open_sample("napari-devolearn", "membranes")
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Segment")
    viewer.dims.current_step = (0, image.data.shape[1] // 2, 0, 0)
    dock.choice.model.value = "membrane"
    dock.choice.scope.choice.value = "whole movie"
    dock.run()
    rest(dock)
    viewer.layers["embryo cells"].opacity = 0.5
    viewer.reset_view()
    return viewer, dock


def rest(dock: SegmentDock) -> None:
    """Wait for the final labels of all segmented slices."""
    while dock.running or not _is_final(dock.session):
        settle(0.2)
    settle(1)


def _is_final(session: Session | None) -> bool:
    if session is None or session.result is None:
        return False
    return not (session.cache.done & ~session.result.final).any() and not session.result.pending


def choose_output(dock: SegmentDock, output: str) -> None:
    """Choose an output and wait for it."""
    dock.fields["output"].value = output
    rest(dock)


def show_membrane(viewer: Viewer, dock: SegmentDock) -> None:
    """Show the membrane instead of the cells."""
    choose_output(dock, "membrane")
    viewer.layers["embryo cells"].opacity = 0.7


def show_in_3d(viewer: Viewer, dock: SegmentDock) -> None:
    """Show the cells of the last frame in 3D."""
    choose_output(dock, "instances")
    viewer.layers["embryo"].visible = False
    viewer.layers["embryo cells"].opacity = 1.0
    viewer.layers["embryo cells"].iso_gradient_mode = "smooth"
    viewer.dims.current_step = (3, 18, 0, 0)
    viewer.dims.ndisplay = 3
    viewer.reset_view()
    viewer.scene.camera.angles = (0, -20, 150)
    settle(3)


def show_table(viewer: Viewer, dock: SegmentDock) -> None:
    """Show the centroids, with the largest cell of a frame selected."""
    viewer.dims.ndisplay = 2
    viewer.layers["embryo"].visible = True
    viewer.layers["embryo cells"].opacity = 0.5
    dock.bar.measure(running=False)
    centroids: CentroidsDock | None = dock.bar.measuring
    while centroids is None or centroids.running:
        settle(0.2)
    viewer.reset_view()
    table = centroids.view.table
    centroids.table.selectRow(int(np.argmax(np.where(table["frame"] == 2, table["volume_um3"], 0))))
    settle(2)


def save(viewer: Viewer, path: Path) -> None:
    """Save the window, in 256 colours if the file would be too large."""
    settle(1)
    picture = Image.fromarray(viewer.window.screenshot(canvas_only=False, flash=False)[..., :3])
    picture.save(path, optimize=True)
    if path.stat().st_size > LARGEST:
        picture.quantize(256, dither=Image.Dither.NONE).save(path, optimize=True)


if __name__ == "__main__":
    main()
