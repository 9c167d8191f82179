"""The sample embryo in napari, its nuclei segmented and the Segment dock open.

``napari-devolearn demo`` starts this as a program: ``python -m napari_devolearn.widgets.demo``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

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
    image = viewer.open_sample("napari-devolearn", "embryo")[0]
    _, dock = viewer.window.add_plugin_dock_widget("napari-devolearn", "Segment")
    viewer.layers.selection.active = image
    viewer.dims.current_step = tuple(size // 2 for size in viewer.dims.nsteps)
    dock.scope_box.choice.setCurrentText("volume in view")
    viewer.reset_view()
    dock.run()
    found: SegmentDock = dock
    return found


if __name__ == "__main__":
    main()
