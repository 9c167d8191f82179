"""The sample embryo in napari, its nuclei segmented and the Segment dock open.

``napari-devolearn demo`` starts this as a program: ``python -m napari_devolearn.widgets.demo``.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from napari.viewer import Viewer
from qtpy.QtCore import QTimer

if TYPE_CHECKING:
    from napari_devolearn.widgets.segment.dock import SegmentDock


_WINDOW = (1300, 850)
"""Width and height in pixels, with room for the embryo between napari's controls and the dock."""

_DRAWN = 500
"""Milliseconds until the window has been drawn once."""

_SETTLE = 2000
"""Milliseconds from the end of the run to the screenshot, so that the labels are drawn."""


def main(argv: Sequence[str] | None = None) -> None:
    """Open the window, and return when it is closed.

    ``--screenshot FILE`` saves the window as an image after the run, and closes it.
    """
    import napari

    parser = argparse.ArgumentParser(prog="python -m napari_devolearn.widgets.demo", description=__doc__)
    parser.add_argument("--screenshot", type=Path, metavar="FILE", help="save the window there and close it")
    file: Path | None = parser.parse_args(argv).screenshot
    viewer = napari.Viewer(title="DevoLearn")
    viewer.window.resize(*_WINDOW)
    dock = show_embryo(viewer)
    # the canvas has its final size only after the window was drawn with the dock
    QTimer.singleShot(_DRAWN, viewer.reset_view)
    if file is not None:

        def save_and_close() -> None:
            viewer.window.screenshot(str(file), canvas_only=False, flash=False)
            viewer.close()

        dock.job.ended.connect(lambda: QTimer.singleShot(_SETTLE, save_and_close))
    napari.run()


def show_embryo(viewer: Viewer) -> SegmentDock:
    """Open the sample embryo and the dock, and start to segment the current volume."""
    image, truth, _ = viewer.open_sample("napari-devolearn", "embryo")
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Segment")
    viewer.layers.selection.active = image
    fullest = np.argmax([np.unique(plane).size for plane in np.asarray(truth.data[-1])])
    viewer.dims.current_step = (len(truth.data) - 1, int(fullest), 0, 0)
    # the demo shows this model with its defaults, whatever the dock kept from an earlier session
    dock.choice.model.value = "nucleus"
    dock.fields.restore()
    dock.choice.scope.choice.value = "current volume"
    viewer.reset_view()
    dock.run()
    found: SegmentDock = dock
    return found


if __name__ == "__main__":
    main()
