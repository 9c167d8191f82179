"""Populations out of the dock: a table, a picture, the layer itself."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from qtpy.QtCore import QObject
from qtpy.QtWidgets import QWidget

from napari_devolearn.io.tables.counts_file import write_counts, write_plot
from napari_devolearn.lineage.plot.look import PlotLook
from napari_devolearn.lineage.populations import SERIES, Populations
from napari_devolearn.widgets.common.save_dialog import ask_path
from napari_devolearn.widgets.common.worker import Job, show_failure

if TYPE_CHECKING:
    from napari.layers import Image

_PLOT = "Image (*.png);;Drawing (*.svg);;Document (*.pdf)"


def ask_table_path(parent: QWidget, name: str) -> Path | None:
    """Ask where to save a table; None if nowhere."""
    return ask_path(parent, "Save counts", f"{name} counts.csv")


def ask_plot_path(parent: QWidget, name: str) -> Path | None:
    """Ask where to save a plot; None if nowhere."""
    return ask_path(parent, "Save plot", f"{name} counts.png", _PLOT)


def save_table(path: Path, populations: Sequence[Populations], parent: QObject) -> Job:
    """Write the table of one or two in a thread; the dialog has asked whether to replace a file."""
    beside = populations[1] if len(populations) > 1 else None
    return _save(path, partial(write_counts, path, populations[0], beside=beside, overwrite=True), parent)


def save_plot(path: Path, populations: Sequence[Populations], look: PlotLook, parent: QObject) -> Job:
    """Draw into a file in a thread, on white ground."""
    on_white = replace(look, theme="light")
    return _save(path, partial(write_plot, path, populations, on_white, overwrite=True), parent)


def add_to_layer(image: Image, populations: Populations) -> None:
    """Put counts into a layer's metadata, as ``metadata["devolearn"]["populations"]``.

    Parameters
    ----------
    image : napari.layers.Image
    populations : Populations
        Becomes a dict of lists: frame, time, AB .. total, and trusted, measured and age where known.
    """
    columns = {"frame": populations.frame.tolist(), "time": populations.time.tolist()}
    columns |= {name: populations.counts[:, i].tolist() for i, name in enumerate(SERIES)}
    for name in ("trusted", "measured", "age"):
        values = getattr(populations, name)
        if values is not None:
            columns[name] = values.tolist()
    ours = image.metadata.get("devolearn", {})
    image.metadata = image.metadata | {"devolearn": ours | {"populations": columns}}


def _save(path: Path, write: partial[None], parent: QObject) -> Job:
    from napari.utils.notifications import show_info

    job = Job(partial(_iter_saving, write), parent)
    job.failed.connect(show_failure)
    job.stepped.connect(lambda _: show_info(f"Saved {path}"))
    job.start()
    return job


def _iter_saving(write: partial[None]) -> Iterator[object]:
    write()
    yield None
