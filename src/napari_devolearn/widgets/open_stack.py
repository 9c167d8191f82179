"""File > IO Utilities > Open stacks with their voxel size: as one movie, or as one layer each."""

from __future__ import annotations

from collections.abc import Sequence

from qtpy.QtWidgets import QAbstractButton, QFileDialog, QMessageBox, QWidget

_FILTER = "Stacks (*.tif *.tiff *.TIF *.TIFF);;All files (*)"


def open_stack() -> None:
    """Ask for files and add them to the current viewer as calibrated layers."""
    from napari import current_viewer

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
    from napari.layers import Layer
    from napari.utils.notifications import show_error
    from npe2 import PluginManager

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
