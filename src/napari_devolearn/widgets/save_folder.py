"""File > IO Utilities > Save labels and tracks as a CTC folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from qtpy.QtWidgets import QFileDialog

from napari_devolearn.exceptions import DevolearnError


def save_folder() -> None:
    """Ask for a folder, and save the selected labels, and tracks, of the current viewer there."""
    from napari import current_viewer
    from napari.utils.notifications import show_error, show_info

    viewer = current_viewer()
    if viewer is None:
        return
    try:
        layers = layers_to_save(viewer.layers)
        path = ask_folder(viewer.window._qt_window)
        if path:
            write_layers(path, layers)
            show_info(f"{path}: {' and '.join(layer.name for layer in layers)} saved")
    except (DevolearnError, OSError) as error:
        show_error(str(error))


def ask_folder(window: Any) -> str:
    """Ask for the name of a folder, which may be new; "" if the dialog was cancelled."""
    path, _ = QFileDialog.getSaveFileName(
        window,
        "Save as a Cell Tracking Challenge folder",
        "01_RES",
        "Folder (*)",
        options=QFileDialog.Option.DontConfirmOverwrite,  # a folder that is not empty is refused
    )
    return path


def layers_to_save(layers: Any) -> list[Any]:
    """The selected Labels layer, else the only one, and the selected Tracks layer if there is one.

    Raises DevolearnError if it is not clear which labels or tracks are meant.
    """
    from napari.layers import Labels, Tracks

    chosen = [layer for layer in layers if layer in layers.selection]
    labels = [layer for layer in chosen if isinstance(layer, Labels)]
    labels = labels or [layer for layer in layers if isinstance(layer, Labels)]
    tracks = [layer for layer in chosen if isinstance(layer, Tracks)]
    if len(labels) != 1 or len(tracks) > 1:
        raise DevolearnError(
            f"{len(labels)} Labels and {len(tracks)} Tracks layers: select one Labels layer, and the Tracks "
            "layer that belongs to it if there is one, and save again"
        )
    return labels + tracks


def write_layers(path: str, layers: Sequence[Any]) -> None:
    """Write layers with this package's writer of folders."""
    from npe2 import PluginManager

    # by its command, because widgets and plugin do not import each other
    write = PluginManager.instance().commands.get("napari-devolearn.write_ctc")
    write(path, [layer.as_layer_data_tuple() for layer in layers])
