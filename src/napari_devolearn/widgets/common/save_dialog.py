"""Where to save a file: asked for by a dialog, with a suffix that can be written."""

from __future__ import annotations

from pathlib import Path

from qtpy.QtWidgets import QFileDialog, QWidget

TABLE = "Table (*.csv)"


def ask_path(parent: QWidget, title: str, name: str, kinds: str = TABLE) -> Path | None:
    """Ask where to save.

    Parameters
    ----------
    parent : QWidget
    title : str
        Of the dialog.
    name : str
        That it offers.
    kinds : str
        What can be written, as Qt takes it: ``"Image (*.png);;Drawing (*.svg)"``, one suffix each.

    Returns
    -------
    Path or None
        With a suffix of one of the kinds; None if the dialog was left.
    """
    chosen, kind = QFileDialog.getSaveFileName(parent, title, name, kinds)
    if not chosen:
        return None
    known = any(chosen.lower().endswith(_suffix(one)) for one in kinds.split(";;"))
    return Path(chosen if known else chosen + _suffix(kind or kinds))  # some dialogs name no kind


def _suffix(kind: str) -> str:
    return kind.partition("(*")[2].partition(")")[0]
