"""The sample embryo in napari, its nuclei segmented and the Segment dock open.

``napari-devolearn demo`` starts this as a program: ``python -m napari_devolearn.widgets.demo``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from napari.viewer import Viewer

    from napari_devolearn.widgets.segment import SegmentDock


def main() -> None:
    """Open the window, and stay until it is closed."""
    import napari

    show_embryo(napari.Viewer(title="DevoLearn"))
    napari.run()


def show_embryo(viewer: Viewer) -> SegmentDock:
    """Open the sample embryo and the dock, and start to segment the volume in view.

    Parameters
    ----------
    viewer : napari.viewer.Viewer

    Returns
    -------
    SegmentDock
        Running.
    """
    image, truth, _ = viewer.open_sample("napari-devolearn", "embryo")
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Segment")
    viewer.layers.selection.active = image
    viewer.dims.current_step = (*_fullest_slice(truth.data), 0, 0)
    dock.scope_box.choice.setCurrentText("volume in view")
    viewer.reset_view()
    dock.run()
    found: SegmentDock = dock
    return found


def _fullest_slice(labels: npt.NDArray[np.integer]) -> tuple[int, int]:
    """(t, z) with the most nuclei in the last frame."""
    counts = [np.unique(plane).size for plane in labels[-1]]
    return len(labels) - 1, int(np.argmax(counts))


if __name__ == "__main__":
    main()
