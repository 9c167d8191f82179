"""A dialog for the path of a file, and writing the file in a thread."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from qtpy.QtWidgets import QFileDialog, QWidget

from napari_devolearn.widgets.common.form.run_block import RunBlock, message_of
from napari_devolearn.widgets.common.worker import Job, show_failure

TABLE = "Table (*.csv)"


def ask_path(parent: QWidget, title: str, name: str, kinds: str = TABLE) -> Path | None:
    """Ask where to save.

    `kinds` is in Qt's format, such as ``"Image (*.png);;Drawing (*.svg)"``, one suffix each; the path has one
    of these. None if the dialog was cancelled.
    """
    chosen, kind = QFileDialog.getSaveFileName(parent, title, name, kinds)
    if not chosen:
        return None
    known = any(chosen.lower().endswith(_suffix(one)) for one in kinds.split(";;"))
    return Path(chosen if known else chosen + _suffix(kind or kinds))  # some dialogs do not return the type


def save(path: Path, write: Callable[[], object], run_block: RunBlock) -> Job:
    """Write a file in a thread; the status shows that it is written, or the error."""
    job = Job(run_block.native)
    job.stepped.connect(lambda _: run_block.show_status(f"Saved {path.name}."))
    job.failed.connect(lambda error: run_block.show_status(message_of(error)))
    job.failed.connect(show_failure)
    job.start(partial(_iter_saving, write))
    return job


def _iter_saving(write: Callable[[], object]) -> Iterator[object]:
    yield write()


def _suffix(kind: str) -> str:
    return kind.partition("(*")[2].partition(")")[0]
