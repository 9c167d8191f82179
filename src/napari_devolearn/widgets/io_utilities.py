"""File > IO Utilities: open stacks with their voxel size, and save labels and tracks as a CTC folder."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from napari import current_viewer
from napari.layers import Labels, Layer, Tracks
from napari.utils.notifications import show_error, show_info
from npe2 import PluginManager
from qtpy.QtWidgets import QAbstractButton, QFileDialog, QMessageBox, QWidget

from napari_devolearn.exceptions import DevolearnError

_FILTER = "Stacks (*.tif *.tiff *.TIF *.TIFF);;All files (*)"


def open_stack() -> None:
    """Ask for files and add them to the current viewer as calibrated layers."""
    viewer = current_viewer()
    window = viewer.window._qt_window if viewer else None
    paths, _ = QFileDialog.getOpenFileNames(window, "Open stacks with their voxel size", "", _FILTER)
    if viewer is None or not paths:
        return
    one_movie = ask_if_movie(window, len(paths)) if len(paths) > 1 else False
    if one_movie is not None:
        add_files(viewer, paths, one_movie=one_movie)


def ask_if_movie(window: QWidget | None, count: int) -> bool | None:
    """Ask how to open several files: True for one movie, False for one layer each, None to cancel."""
    box = QMessageBox(window)
    box.setWindowTitle("Open stacks with their voxel size")
    box.setText(f"{count} files chosen. Are they the frames of one movie?")
    box.setInformativeText(
        "In a movie, each file is a time point, in the order of the numbers in the file names."
    )
    movie = box.addButton("One movie", QMessageBox.ButtonRole.AcceptRole)
    layers = box.addButton("One layer per file", QMessageBox.ButtonRole.ActionRole)
    box.addButton(QMessageBox.StandardButton.Cancel)
    box.setDefaultButton(movie)
    box.exec()
    answers: dict[QAbstractButton | None, bool] = {movie: True, layers: False}
    return answers.get(box.clickedButton())


def add_files(viewer: object, paths: Sequence[str], *, one_movie: bool = False) -> None:
    """Open files with this package's reader, as the frames of one layer or as one layer each.

    Errors are shown as notifications.
    """
    # by its command, because widgets and plugin do not import each other
    get_reader = PluginManager.instance().commands.get("napari-devolearn.read")
    for group in [list(paths)] if one_movie else [[path] for path in paths]:
        read = get_reader(group)
        if read is None:
            named = group[0] if len(group) == 1 else f"{group[0]} and {len(group) - 1} more"
            show_error(f"{named}: not a tif; open it with File > Open File(s)")
            continue
        try:
            layers = read(group)
        except (OSError, ValueError) as error:
            show_error(str(error))
            continue
        for data in layers:
            viewer.add_layer(Layer.create(*data))  # type: ignore[attr-defined]


def save_folder() -> None:
    """Ask for a folder, and save the selected labels, and tracks, of the current viewer there."""
    viewer = current_viewer()
    if viewer is None:
        return
    try:
        layers = layers_to_save(viewer.layers)
        path, _ = QFileDialog.getSaveFileName(
            viewer.window._qt_window,
            "Save as a Cell Tracking Challenge folder",
            "01_RES",
            "Folder (*)",
            options=QFileDialog.Option.DontConfirmOverwrite,  # a folder that is not empty is refused
        )
        if path:
            # by its command, because widgets and plugin do not import each other
            write = PluginManager.instance().commands.get("napari-devolearn.write_ctc")
            write(path, [layer.as_layer_data_tuple() for layer in layers])
            show_info(f"{path}: {' and '.join(layer.name for layer in layers)} saved")
    except (DevolearnError, OSError) as error:
        show_error(str(error))


def layers_to_save(layers: Any) -> list[Any]:
    """The selected Labels layer, else the only one, and the selected Tracks layer if there is one.

    Raises DevolearnError if it is not clear which labels or tracks are meant.
    """
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
