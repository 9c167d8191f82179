"""File > IO Utilities > Open stacks with their voxel size: any tif, and no claim on every tif.

A reader pattern ``*.tif`` would make napari ask about each tif that anyone opens, so plain stacks
and ImageJ hyperstacks come to this package's reader by a menu instead.
"""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtWidgets import QFileDialog

_FILTER = "Stacks (*.tif *.tiff *.TIF *.TIFF);;All files (*)"


def open_stack() -> None:
    """Ask for files and add each to the current viewer as calibrated layers."""
    from napari import current_viewer

    viewer = current_viewer()
    window = viewer.window._qt_window if viewer else None
    paths, _ = QFileDialog.getOpenFileNames(window, "Open stacks with their voxel size", "", _FILTER)
    if viewer is not None:
        add_files(viewer, paths)


def add_files(viewer: object, paths: Sequence[str]) -> None:
    """Open files with this package's reader; an error becomes napari's notification.

    Parameters
    ----------
    viewer : napari.Viewer
    paths : sequence of str
    """
    from napari.layers import Layer
    from napari.utils.notifications import show_error
    from npe2 import PluginManager

    # by its command, not by an import: widgets and plugin do not see each other
    get_reader = PluginManager.instance().commands.get("napari-devolearn.read")
    for path in paths:
        read = get_reader(path)
        if read is None:
            show_error(f"{path}: is no tif; open it with File > Open File(s)")
            continue
        try:
            layers = read(path)
        except (OSError, ValueError) as error:
            show_error(str(error))
            continue
        for data in layers:
            viewer.add_layer(Layer.create(*data))  # type: ignore[attr-defined]
