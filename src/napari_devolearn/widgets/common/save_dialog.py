"""A dialog for the path of a file, and writing the file in a thread."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from qtpy.QtWidgets import QFileDialog

from napari_devolearn.exceptions import message_of
from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.worker import Job, show_failure

TABLE = "Table (*.csv)"


def ask_and_save(
    run_block: RunBlock, title: str, name: str, write: Callable[[Path], object], kinds: str = TABLE
) -> None:
    """Ask where to save, and write the file in a thread; the status shows that it is written, or the error.

    `kinds` is in Qt's format, such as ``"Image (*.png);;Drawing (*.svg)"``. The path gets one of them.
    """
    chosen, kind = QFileDialog.getSaveFileName(run_block.native, title, name, kinds)
    if not chosen:
        return
    known = any(chosen.lower().endswith(_suffix(one)) for one in kinds.split(";;"))
    path = Path(chosen if known else chosen + _suffix(kind or kinds))  # some dialogs do not return the type
    job = Job(run_block.native)
    job.stepped.connect(lambda _: run_block.show_status(f"Saved {path.name}."))
    job.failed.connect(lambda error: run_block.show_status(message_of(error)))
    job.failed.connect(show_failure)
    job.start(lambda: iter([write(path)]))


def _suffix(kind: str) -> str:
    return kind.partition("(*")[2].partition(")")[0]
