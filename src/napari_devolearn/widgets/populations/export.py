"""Export populations: as a table, a plot, or metadata of the layer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from napari_devolearn.io.tables.counts_file import write_counts, write_plot
from napari_devolearn.lineage.plot.style import PlotStyle
from napari_devolearn.lineage.populations import SERIES, Populations
from napari_devolearn.widgets.common.form.run_block import RunBlock
from napari_devolearn.widgets.common.layers import notes_of
from napari_devolearn.widgets.common.save_dialog import save
from napari_devolearn.widgets.common.worker import Job

if TYPE_CHECKING:
    from napari.layers import Image

PLOT = "Image (*.png);;Drawing (*.svg);;Document (*.pdf)"


def save_table(path: Path, populations: Sequence[Populations], run_block: RunBlock) -> Job:
    """Write the table of one or two populations in a thread; an existing file is replaced."""
    beside = populations[1] if len(populations) > 1 else None
    return save(path, partial(write_counts, path, populations[0], beside=beside, overwrite=True), run_block)


def save_plot(path: Path, populations: Sequence[Populations], style: PlotStyle, run_block: RunBlock) -> Job:
    """Write a plot on a white background, in a thread."""
    on_white = replace(style, theme="light")
    return save(path, partial(write_plot, path, populations, on_white, overwrite=True), run_block)


def add_to_layer(image: Image, populations: Populations) -> None:
    """Add counts to a layer's metadata, as ``metadata["devolearn"]["populations"]``.

    `populations` becomes a dict of lists: frame, time, AB .. total, and trusted, measured and age if known.
    """
    columns = {"frame": populations.frame.tolist(), "time": populations.time.tolist()}
    columns |= {name: populations.counts[:, i].tolist() for i, name in enumerate(SERIES)}
    for name in ("trusted", "measured", "age"):
        values = getattr(populations, name)
        if values is not None:
            columns[name] = values.tolist()
    image.metadata = image.metadata | {"devolearn": notes_of(image) | {"populations": columns}}
